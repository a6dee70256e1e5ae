"""A blob of a net that is being composed."""

from __future__ import annotations

from protogen.shapes import Shape, format_shape

__all__ = ["Blob"]


class Blob:
    """What a layer produces and others read: a name, and the shape that Caffe would give it.

    An unknown size, such as that of a data layer without its database, is ``None``. ``shape`` is
    ``None`` if even the number of axes is unknown.
    """

    __slots__ = ("name", "shape")

    def __init__(self, name: str, shape: Shape) -> None:
        self.name = name
        self.shape = shape

    def __repr__(self) -> str:
        return f"<blob {self.name!r} {format_shape(self.shape)}>"
