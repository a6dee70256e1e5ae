from __future__ import annotations

from protogen.layers._blobs import refuse_empty
from protogen.schema import Context, LayerSchema, register


@register
class Softmax(LayerSchema):
    """Make the elements along ``axis`` positive with a sum of 1: exp(x) over the sum of them.

    Works in place. To train, use SoftmaxWithLoss on the scores, not on this layer's top.
    """

    param = "softmax_param"
    source = "src/caffe/layers/softmax_layer.cpp"

    def check(self, ctx: Context) -> None:
        axis = ctx.axis(ctx.param.axis, ctx.bottom, "softmax_param.axis")
        refuse_empty(ctx.bottom[axis : axis + 1], "the bottom along axis")
