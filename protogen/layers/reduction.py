from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import refuse_empty
from protogen.schema import Context, LayerSchema, register

SUM, MEAN = 1, 4


@register
class Reduction(LayerSchema):
    """One number for all axes from ``axis`` on: their sum, sum of squares or mean.

    ASUM is the sum of absolute values. The result is scaled by ``coeff``.
    """

    param = "reduction_param"
    source = "src/caffe/layers/reduction_layer.cpp"
    formula = "the sizes before axis"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        axis = ctx.axis(ctx.param.axis, ctx.bottom, "reduction_param.axis")
        if ctx.param.operation in (SUM, MEAN):  # summed up by a vector of ones
            refuse_empty(ctx.bottom[axis:], "what it sums over in its bottom")
        return [ctx.bottom[:axis]]
