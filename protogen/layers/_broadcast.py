"""What Bias and Scale have in common: a small blob laid along some axes of the bottom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe
from protogen.schema import Context, Fault
from protogen.shapes import format_shape, reveal

__all__ = ["covered", "laid"]


def covered(ctx: Context, param: str) -> tuple[Any, ...]:
    """The shape of the blob it learns: ``num_axes`` sizes of the bottom from ``axis`` on."""
    p = getattr(ctx.layer, param)
    axis = ctx.axis(p.axis, ctx.bottom, f"{param}.axis")
    if p.num_axes < -1:
        raise Fault(
            f"num_axes {p.num_axes}: it is -1 (to the last axis) or more", field=f"{param}.num_axes"
        )
    end = len(ctx.bottom) if p.num_axes == -1 else axis + p.num_axes
    if end > len(ctx.bottom):
        raise Fault(
            f"axis {axis} and num_axes {p.num_axes} reach past the bottom's {len(ctx.bottom)} axes"
            f" ({format_shape(reveal(ctx.bottom))})",
            rule="axis-out-of-range",
            field=f"{param}.num_axes",
        )
    return tuple(ctx.bottom[axis:end])


def laid(ctx: Context, shape: Sequence[Any], param: str) -> tuple[int, int]:
    """The bottom's axes that a blob of this shape covers, as (first, past the last).

    Raises `Fault` where the blob reaches past the bottom or differs from it.
    """
    if not shape:  # a scalar goes everywhere; its axis is not looked at
        return 0, 0
    axis = ctx.axis(getattr(ctx.layer, param).axis, ctx.bottom, f"{param}.axis")
    shapes = describe((ctx.bottom, shape), 0, 1)
    end = axis + len(shape)
    if end > len(ctx.bottom):
        raise Fault(
            f"bottom 1, laid on from axis {axis}, reaches past bottom 0: {shapes}",
            rule="bottom-shape-mismatch",
        )
    for index, (mine, theirs) in enumerate(zip(ctx.bottom[axis:end], shape), start=axis):
        if mine != theirs:
            raise Fault(
                f"bottoms differ: {mine} and {theirs} (axis {index}): {shapes}",
                rule="bottom-shape-mismatch",
                field=f"{param}.axis",
            )
    return axis, end
