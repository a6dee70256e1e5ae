"""What surrounds a net, as jinja2 templates; installed as ``protogen.templates``."""
