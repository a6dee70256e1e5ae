from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

from protogen import proto
from protogen.layers._blobs import axis_or_dim, check_not_empty, check_same_shape
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Shape, Size, count, filled

if TYPE_CHECKING:
    from protogen.proto import ConcatParameter


@register
class Concat(LayerSchema):
    """Join the bottoms along ``axis``, by default the channels.

    The bottoms must agree on every other axis. In Intel's fork ``per_fla_fuse`` flattens them
    first, as the Permute and Flatten layers of an SSD head do.
    """

    param = "concat_param"
    bottoms = (1, None)
    reads_bottom_while_writing = True
    source = "src/caffe/layers/concat_layer.cpp"
    formula = "the sum of the bottoms' sizes on axis"

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        # The bottoms agree on every axis but one, so each says something about the others.
        p: ConcatParameter = layer.concat_param
        axis = p.concat_dim if p.HasField("concat_dim") else p.axis
        top = reduce(filled, bottoms)
        # An axis that is out of range is reported as soon as a shape is known.
        if top is None or not -len(top) <= axis < len(top) or p.per_fla_fuse:
            return (None,)
        axis %= len(top)
        return ((*top[:axis], None, *top[axis + 1 :]),)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        axis = axis_or_dim(ctx, "concat_dim")
        p: ConcatParameter = ctx.param
        if p.per_fla_fuse and axis == 1:
            return [_joined_items(ctx)]
        check_same_shape(ctx, except_axis=axis)
        if len(ctx.bottoms) == 1:  # the top shares the bottom's memory
            check_not_empty(ctx, ctx.bottom, "bottom 0, the only one,")
        joined = sum(bottom[axis] for bottom in ctx.bottoms)
        return [(*ctx.bottom[:axis], joined, *ctx.bottom[axis + 1 :])]


def _joined_items(ctx: Context) -> Sequence[Any]:
    """The top of Intel's layer: all elements of an item as channels of 1x1."""
    num, *rest = ctx.bottom
    for index, bottom in enumerate(ctx.bottoms):
        if len(bottom) != len(ctx.bottom) or bottom[0] != num:
            raise ctx.fault(
                f"bottoms differ in batch size or number of axes: {ctx.describe(0, index)}",
                bottom=index,
                rule="bottom-shape-mismatch",
            )
    elements = sum(count(bottom[1:]) for bottom in ctx.bottoms)
    return (num, elements, *[1] * (len(rest) - 1))
