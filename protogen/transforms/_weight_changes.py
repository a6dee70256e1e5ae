"""Where the weights of a converted net come from, if those of the old net do not fit by name."""

from __future__ import annotations

from dataclasses import dataclass

from protogen.shapes import Shape, format_shape

__all__ = ["WeightChange"]


@dataclass(frozen=True)
class WeightChange:
    """A learnable blob of a layer whose weights a caffemodel of the old net does not have there.

    It is blob ``old_blob`` of layer ``old_layer``, ``transposed`` or in its order, with its
    elements in the new ``shape``; or, if that is ``None``, filled with ``value``. A shape is
    ``None`` if it is unknown.
    """

    layer: str
    blob: int
    shape: Shape
    old_layer: str = ""
    old_blob: int | None = None
    old_shape: Shape = None
    value: float | None = None
    transposed: bool = False

    def __str__(self) -> str:
        new = f'blob {self.blob} of "{self.layer}"{_sizes(self.shape)}'
        if self.old_blob is None:
            return f"{new} is filled with {self.value:g}"
        transposed = ", transposed" if self.transposed else ""
        old = f'blob {self.old_blob} of "{self.old_layer}"{_sizes(self.old_shape)}'
        return f"{new} is {old}{transposed}"


def _sizes(shape: Shape) -> str:
    """A shape in brackets after the name of a blob; nothing for an unknown one."""
    return "" if shape is None else f" ({format_shape(shape)})"
