"""What Bias and Scale share: a small blob that is applied along some axes of the bottom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.schema import Context, count_axes
from protogen.shapes import InternalShape, format_shape

__all__ = ["covered_axes", "learned_shape"]


def learned_shape(ctx: Context) -> InternalShape:
    """The shape of the learned blob: ``num_axes`` sizes of the bottom, from ``axis`` on."""
    param, axes = ctx.param, len(ctx.bottom)
    axis = ctx.axis()
    if param.num_axes < -1:
        raise ctx.fault(
            f"num_axes must be -1 (to the last axis) or greater, got {param.num_axes}", "num_axes"
        )
    # With num_axes 0 the blob is a scalar, which applies to all elements.
    end = axes if param.num_axes == -1 else axis + param.num_axes
    if end > axes:
        raise ctx.fault(
            f"axis {axis} and num_axes {param.num_axes} reach past the end of bottom 0, which has"
            f" {count_axes(axes)} ({format_shape(ctx.bottom)})",
            "num_axes",
            rule="axis-out-of-range",
        )
    return tuple(ctx.bottom[axis:end])


def covered_axes(ctx: Context, shape: Sequence[Any]) -> tuple[int, int]:
    """The axes of the bottom that a blob of this shape covers: the first, and one past the last.

    Raises `Fault` if the second bottom, which the blob then is, does not fit.
    """
    # A scalar applies everywhere, and Caffe does not look at axis.
    if not shape:
        return 0, 0
    axis = ctx.axis()
    end = axis + len(shape)
    if end > len(ctx.bottom):
        raise ctx.fault(
            f"bottom 1, applied from axis {axis} on, reaches past the end of bottom 0:"
            f" {ctx.describe(0, 1)}",
            bottom=1,
            rule="bottom-shape-mismatch",
        )
    for index, (expected, size) in enumerate(zip(ctx.bottom[axis:end], shape), start=axis):
        if size != expected:
            raise ctx.fault(
                f"bottoms differ: {expected} and {size} (axis {index}): {ctx.describe(0, 1)}",
                bottom=1,
                rule="bottom-shape-mismatch",
            )
    return axis, end
