from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import refuse_empty
from protogen.schema import Context, Fault, LayerSchema, register
from protogen.shapes import count, format_shape, reveal


@register
class Reshape(LayerSchema):
    """Give the same elements another shape.

    ``num_axes`` axes of the bottom (-1: all) from ``axis`` on are replaced by those of ``shape``.
    In it 0 copies the bottom's size at that place, and -1, at most once, stands for what is left.
    """

    param = "reshape_param"
    source = "src/caffe/layers/reshape_layer.cpp"

    def check(self, ctx: Context) -> None:
        ctx.refuse_in_place()
        dims = list(ctx.param.shape.dim)
        if dims.count(-1) > 1:
            raise Fault("shape has more than one -1", field="reshape_param.shape")
        if any(dim < -1 for dim in dims):
            raise Fault(f"shape {dims} has a size below -1", field="reshape_param.shape")
        refuse_empty(ctx.bottom, "its bottom")  # its memory becomes the top's

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        start, end = _span(ctx)
        bottom, dims = ctx.bottom, list(ctx.param.shape.dim)
        copied = {i: _copied(ctx, start, i) for i, dim in enumerate(dims) if dim == 0}
        # A size that is replaced by its own copy is on both sides: it need not be known.
        replaced = count(s for i, s in enumerate(bottom[start:end]) if i not in copied)
        beyond = [size for i, size in copied.items() if start + i >= end]
        fixed = count([*beyond, *(dim for dim in dims if dim > 0)])
        left = _left(ctx, replaced, fixed)
        made = [copied[i] if dim == 0 else left if dim == -1 else dim for i, dim in enumerate(dims)]
        return [(*bottom[:start], *made, *bottom[end:])]


def _span(ctx: Context) -> tuple[int, int]:
    """The axes of the bottom that are replaced, as (first, past the last)."""
    p, axes = ctx.param, len(ctx.bottom)
    start = p.axis if p.axis >= 0 else axes + p.axis + 1
    if not 0 <= start <= axes:
        raise Fault(
            f"axis {p.axis} is outside of a bottom with {axes} axes"
            f" ({format_shape(reveal(ctx.bottom))})",
            rule="axis-out-of-range",
            field="reshape_param.axis",
        )
    if p.num_axes < -1:
        raise Fault(
            f"num_axes {p.num_axes}: it is -1 (to the last axis) or more",
            field="reshape_param.num_axes",
        )
    end = axes if p.num_axes == -1 else start + p.num_axes
    if end > axes:
        raise Fault(
            f"axis {start} and num_axes {p.num_axes} reach past the bottom's {axes} axes"
            f" ({format_shape(reveal(ctx.bottom))})",
            rule="axis-out-of-range",
            field="reshape_param.num_axes",
        )
    return start, end


def _copied(ctx: Context, start: int, index: int) -> Any:
    """The size that a 0 in ``shape`` copies."""
    axis = start + index
    if axis >= len(ctx.bottom):
        raise Fault(
            f"shape copies (0) axis {axis} of a bottom with {len(ctx.bottom)} axes"
            f" ({format_shape(reveal(ctx.bottom))})",
            rule="axis-out-of-range",
            field=f"reshape_param.shape.dim[{index}]",
        )
    return ctx.bottom[axis]


def _left(ctx: Context, replaced: Any, fixed: Any) -> Any:
    """What -1 stands for; without one, the elements must be as many as before."""
    shapes = (
        f"{list(ctx.param.shape.dim)} for a bottom of {format_shape(reveal(ctx.bottom))}:"
        f" {fixed} elements for {replaced}"
    )
    if -1 in ctx.param.shape.dim:
        if replaced % fixed:
            raise Fault(f"no size fits -1 in shape {shapes}", field="reshape_param.shape")
        return replaced // fixed
    if replaced != fixed:
        raise Fault(f"shape {shapes}", rule="bottom-shape-mismatch", field="reshape_param.shape")
    return None
