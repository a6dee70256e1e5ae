"""A net as Python source that composes it again."""

from protogen.render.program.source import ProgramError, Style, to_python

__all__ = ["ProgramError", "Style", "to_python"]
