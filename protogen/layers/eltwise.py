from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.diagnostics import times
from protogen.layers._blobs import refuse_difference
from protogen.schema import Context, Fault, LayerSchema, register

PROD = 0


@register
class Eltwise(LayerSchema):
    """The sum, product or maximum of its bottoms, element by element.

    The bottoms all have one shape: nothing is broadcast. A SUM may weigh each bottom by a
    ``coeff`` (1 and -1 subtract).
    """

    param = "eltwise_param"
    bottoms = (2, None)
    source = "src/caffe/layers/eltwise_layer.cpp"

    def check(self, ctx: Context) -> None:
        p, bottoms = ctx.param, len(ctx.bottoms)
        if p.coeff and len(p.coeff) != bottoms:
            raise Fault(
                f"coeff is given {times(len(p.coeff))} for {bottoms} bottoms;"
                " give it for each, or not at all",
                field="eltwise_param.coeff",
            )
        if p.coeff and p.operation == PROD:
            raise Fault("coeff does not go with operation PROD", field="eltwise_param.coeff")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        refuse_difference(ctx)
        return [ctx.bottom]
