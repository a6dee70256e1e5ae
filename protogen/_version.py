"""The version, in one place: setup.cfg and ``protogen --version`` read it here."""

__version__ = "0.1.0"
