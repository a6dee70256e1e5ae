"""What many layers ask of their bottoms: to agree, to hold something, to have an axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.schema import Context, Fault
from protogen.shapes import INT_MAX, UNKNOWN, format_shape, reveal

__all__ = ["axis_or_dim", "describe", "is_empty", "refuse_difference", "refuse_empty"]

#: What Caffe's four axes are called.
_NAMES = ("num", "channels", "height", "width")


def is_empty(shape: Sequence[Any]) -> bool:
    """Whether a blob of this shape certainly has no elements."""
    return any(size is not UNKNOWN and size == 0 for size in shape)


def refuse_empty(shape: Sequence[Any], what: str) -> None:
    """Fault a blob without elements where Caffe touches its memory while it sets a layer up."""
    if is_empty(shape):
        raise Fault(
            f"{what} is {format_shape(reveal(shape))}: it has no elements, and Caffe dies"
            " on touching it",
            rule="blob-shape",
        )


def describe(bottoms: Sequence[Sequence[Any]], *indices: int) -> str:
    """``bottom 0 is 64x10, bottom 1 is 32``, to end a message with."""
    return ", ".join(f"bottom {i} is {format_shape(reveal(bottoms[i]))}" for i in indices)


def refuse_difference(ctx: Context, apart_from: int | None = None) -> None:
    """Fault bottoms that are not all shaped like the first, one axis perhaps left out."""
    first = ctx.bottom
    for index, other in enumerate(ctx.bottoms):
        shapes = describe(ctx.bottoms, 0, index)
        if len(other) != len(first):
            raise Fault(
                f"bottoms differ in their number of axes: {len(first)} and {len(other)}: {shapes}",
                rule="bottom-shape-mismatch",
            )
        for axis, (mine, theirs) in enumerate(zip(first, other)):
            if axis != apart_from and mine != theirs:
                name = f" in {_NAMES[axis]}" if len(first) == 4 else ""
                raise Fault(
                    f"bottoms differ{name}: {mine} and {theirs} (axis {axis}): {shapes}",
                    rule="bottom-shape-mismatch",
                )


def axis_or_dim(ctx: Context, param: str, dim: str) -> int:
    """The axis of Concat and Slice: ``axis``, or else the older field that counts from 0 only."""
    p = ctx.param
    field = f"{param}.{dim}"
    if not p.HasField(dim):
        return ctx.axis(p.axis, ctx.bottom, f"{param}.axis")
    if p.HasField("axis"):
        raise Fault(f"both axis and {dim} are given; keep axis", field=field)
    value: int = getattr(p, dim)
    if value > INT_MAX:  # read as a signed number it is negative, which only axis may be
        raise Fault(f"{dim} {value} is out of range", rule="axis-out-of-range", field=field)
    return ctx.axis(value, ctx.bottom, field)
