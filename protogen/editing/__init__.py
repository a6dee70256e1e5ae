"""Edits of whole layers: which fields must change so that every reference stays right.

Each module plans one kind of change as a list of `Edit`s; `EditingMethods` are the methods of a
net that make them, after inference has verified the result.
"""

from protogen.editing.methods import EditingMethods

__all__ = ["EditingMethods"]
