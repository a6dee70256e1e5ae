from __future__ import annotations

from protogen.layers._logarithm import refuse_base
from protogen.schema import Context, LayerSchema, register


@register
class Exp(LayerSchema):
    """``base`` (-1: e) to the power of (shift + scale * x), element by element. Works in place."""

    param = "exp_param"
    source = "src/caffe/layers/exp_layer.cpp"

    def check(self, ctx: Context) -> None:
        refuse_base(ctx.param, "exp_param.base")
