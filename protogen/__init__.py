"""protogen."""
