from __future__ import annotations

from protogen.layers._logarithm import refuse_base
from protogen.schema import Context, Fault, LayerSchema, register


@register
class Log(LayerSchema):
    """The logarithm to ``base`` (-1: e) of (shift + scale * x), element by element.

    Works in place.
    """

    param = "log_param"
    source = "src/caffe/layers/log_layer.cpp"

    def check(self, ctx: Context) -> None:
        refuse_base(ctx.param, "log_param.base")
        if ctx.param.base == 1:
            raise Fault("base 1 has no logarithms", field="log_param.base")
