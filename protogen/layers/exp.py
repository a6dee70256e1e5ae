from __future__ import annotations

from protogen.layers._logarithm import check_base
from protogen.schema import Context, LayerSchema, register


@register
class Exp(LayerSchema):
    """``base`` to the power of (shift + scale * x), element by element. Works in place.

    A base of -1, the default, stands for e.
    """

    param = "exp_param"
    elementwise = True
    # The gradient of an exponential is the exponential itself.
    reads_top = True
    source = "src/caffe/layers/exp_layer.cpp"

    def check(self, ctx: Context) -> None:
        check_base(ctx)
