from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import axis_or_dim, refuse_difference, refuse_empty
from protogen.schema import Context, LayerSchema, register


@register
class Concat(LayerSchema):
    """Put the bottoms one after the other along ``axis``, the channels unless it says otherwise.

    The bottoms agree in every other axis.
    """

    param = "concat_param"
    bottoms = (1, None)
    source = "src/caffe/layers/concat_layer.cpp"
    formula = "the sum of the bottoms' sizes on axis"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        axis = axis_or_dim(ctx, self.param, "concat_dim")
        refuse_difference(ctx, apart_from=axis)
        if len(ctx.bottoms) == 1:  # its memory becomes the top's
            refuse_empty(ctx.bottom, "its only bottom")
        joined = sum(bottom[axis] for bottom in ctx.bottoms)
        return [(*ctx.bottom[:axis], joined, *ctx.bottom[axis + 1 :])]
