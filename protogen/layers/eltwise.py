from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from protogen import proto
from protogen.diagnostics import times
from protogen.layers._blobs import check_same_shape
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Shape, Size, filled


@register
class Eltwise(LayerSchema):
    """The sum, product or maximum of the bottoms, element by element.

    All bottoms must have the same shape; there is no broadcasting. A SUM may weight each bottom by
    a ``coeff`` (1 and -1 subtract).
    """

    param = "eltwise_param"
    bottoms = (2, None)
    elementwise = True
    source = "src/caffe/layers/eltwise_layer.cpp"

    def check(self, ctx: Context) -> None:
        p, bottoms = ctx.param, len(ctx.bottoms)
        if p.coeff and len(p.coeff) != bottoms:
            raise ctx.fault(
                f"coeff is given {times(len(p.coeff))} for {bottoms} bottoms;"
                " give it once per bottom, or not at all",
                "coeff",
            )
        # Caffe: "Eltwise layer only takes coefficients for summation", and MAX ignores them.
        if p.coeff and p.operation == proto.EltwiseParameter.PROD:
            raise ctx.fault("operation PROD does not support coeff", "coeff")

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        # All bottoms have the same shape, so each says something about it.
        return (reduce(filled, bottoms),)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        check_same_shape(ctx)
        return [ctx.bottom]
