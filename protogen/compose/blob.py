"""A blob of a net that is being composed."""

from __future__ import annotations

from protogen.shapes import Shape, format_shape

__all__ = ["Blob"]


class Blob:
    """What a layer makes and others read: a name, and the shape Caffe would give it.

    A size not known, of a data layer without its database, is ``None``; so is ``shape`` where not
    even the number of axes is known.
    """

    __slots__ = ("name", "shape")

    def __init__(self, name: str, shape: Shape) -> None:
        self.name = name
        self.shape = shape

    def __repr__(self) -> str:
        return f"<blob {self.name!r} {format_shape(self.shape)}>"

    def __bool__(self) -> bool:
        return True
