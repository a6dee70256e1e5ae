"""A net as Python source that composes it again."""

from protogen.render.program.source import ProgramError, to_python

__all__ = ["ProgramError", "to_python"]
