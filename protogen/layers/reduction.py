from __future__ import annotations

from collections.abc import Sequence

from protogen import proto
from protogen.layers._blobs import check_not_empty
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class Reduction(LayerSchema):
    """Reduce all axes from ``axis`` on to one number: their sum, sum of squares, or mean.

    ASUM is the sum of absolute values. The result is scaled by ``coeff``.
    """

    param = "reduction_param"
    reads_bottom_while_writing = True
    source = "src/caffe/layers/reduction_layer.cpp"
    formula = "the sizes before axis"

    def bottom_axes(self, layer: proto.LayerParameter) -> Sequence[int | None]:
        return [1] if layer.reduction_param.axis == 0 else []

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        axis = ctx.axis()
        operations = proto.ReductionParameter
        if ctx.param.operation in (operations.SUM, operations.MEAN):
            # Caffe sums with a vector of ones as long as what is reduced.
            check_not_empty(ctx, ctx.bottom[axis:], "the part of bottom 0 that it sums")
        return [ctx.bottom[:axis]]
