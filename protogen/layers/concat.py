from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import axis_or_dim, check_not_empty, check_same_shape
from protogen.schema import Context, LayerSchema, register


@register
class Concat(LayerSchema):
    """Join the bottoms along ``axis``, by default the channels.

    The bottoms must agree on every other axis.
    """

    param = "concat_param"
    bottoms = (1, None)
    source = "src/caffe/layers/concat_layer.cpp"
    formula = "the sum of the bottoms' sizes on axis"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        axis = axis_or_dim(ctx, "concat_dim")
        check_same_shape(ctx, except_axis=axis)
        if len(ctx.bottoms) == 1:  # the top shares the bottom's memory
            check_not_empty(ctx, ctx.bottom, "bottom 0, the only one,")
        joined = sum(bottom[axis] for bottom in ctx.bottoms)
        return [(*ctx.bottom[:axis], joined, *ctx.bottom[axis + 1 :])]
