"""Checks of bottoms that many layers make: their number of axes, elements, and agreement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.schema import Context, count_axes
from protogen.shapes import INT_MAX, UNKNOWN, format_shape

__all__ = [
    "axis_or_dim",
    "check_axes",
    "check_not_empty",
    "check_same_shape",
    "is_empty",
]

#: The names of Caffe's four axes.
_NAMES = ("num", "channels", "height", "width")


def is_empty(shape: Sequence[Any]) -> bool:
    """Whether a blob with this shape is known to have no elements."""
    # UNKNOWN equals every number, 0 included.
    return any(size is not UNKNOWN and size == 0 for size in shape)


def check_not_empty(ctx: Context, shape: Sequence[Any], blob: str, bottom: int = 0) -> None:
    """Raise for a blob without elements if Caffe accesses its memory when it sets a layer up.

    ``blob`` is what to call it in the message: a bottom, or a part of one.
    """
    if is_empty(shape):
        raise ctx.fault(
            f"{blob} is {format_shape(shape)}, which has no elements;"
            " Caffe aborts when it accesses them",
            bottom=bottom,
            rule="blob-shape",
        )


def check_axes(
    ctx: Context, least: int, most: int | None = None, *, bottom: int = 0, names: str = ""
) -> None:
    """Raise unless a bottom has at least ``least`` axes, and at most ``most`` if that is given.

    ``names`` is what the axes are, to end the expectation with: ``N, C, H, W``.
    """
    axes = len(ctx.bottoms[bottom])
    if axes >= least and (most is None or axes <= most):
        return
    if most is None:
        expected = f"at least {count_axes(least)}"
    elif least == most:
        expected = count_axes(least)
    else:
        expected = f"{least} to {count_axes(most)}"
    if names:
        expected += f" ({names})"
    raise ctx.fault(
        f"expected {expected}, got {axes}: {ctx.describe(bottom)}",
        bottom=bottom,
        rule="axis-count",
    )


def check_same_shape(ctx: Context, except_axis: int | None = None) -> None:
    """Raise unless all bottoms have the shape of the first; one axis may be exempt."""
    first = ctx.bottom
    for index, other in enumerate(ctx.bottoms):
        if len(other) != len(first):
            raise ctx.fault(
                f"bottoms differ in number of axes: {len(first)} and {len(other)}:"
                f" {ctx.describe(0, index)}",
                bottom=index,
                rule="bottom-shape-mismatch",
            )
        for axis, (expected, size) in enumerate(zip(first, other)):
            if axis != except_axis and size != expected:
                # Only the axes of a blob with four of them have names.
                name = f" in {_NAMES[axis]}" if len(first) == 4 else ""
                raise ctx.fault(
                    f"bottoms differ{name}: {expected} and {size} (axis {axis}):"
                    f" {ctx.describe(0, index)}",
                    bottom=index,
                    rule="bottom-shape-mismatch",
                )


def axis_or_dim(ctx: Context, dim: str) -> int:
    """The axis of Concat and Slice: ``axis``, or the older field, which counts from 0 only."""
    param = ctx.param
    if not param.HasField(dim):
        return ctx.axis()
    # Concat and Slice check this at set-up: the older field does not simply win.
    if param.HasField("axis"):
        raise ctx.fault(f"both axis and {dim} are given; keep axis", dim)
    value = getattr(param, dim)
    # Caffe reads it as a signed number, and only axis may be negative.
    if value > INT_MAX:
        raise ctx.fault(
            f"{dim} must be at most {INT_MAX}, got {value}", dim, rule="axis-out-of-range"
        )
    return ctx.axis(dim)
