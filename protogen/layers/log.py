from __future__ import annotations

from protogen.layers._logarithm import check_base
from protogen.schema import Context, LayerSchema, register


@register
class Log(LayerSchema):
    """The logarithm to ``base`` of (shift + scale * x), element by element. Works in place.

    A base of -1, the default, stands for e.
    """

    param = "log_param"
    elementwise = True
    reads_bottom_in_backward = True
    source = "src/caffe/layers/log_layer.cpp"

    def check(self, ctx: Context) -> None:
        check_base(ctx)
        # Caffe divides by the logarithm of the base.
        if ctx.param.base == 1:
            raise ctx.fault("base must not be 1, which has no logarithm", "base")
