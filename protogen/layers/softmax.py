from __future__ import annotations

from protogen.layers._blobs import check_not_empty
from protogen.schema import Context, LayerSchema, register


@register
class Softmax(LayerSchema):
    """Make the elements along ``axis`` positive with a sum of 1: exp(x) / sum(exp(x)).

    Works in place. For training, use SoftmaxWithLoss on the scores, not on this layer's top.
    """

    param = "softmax_param"
    elementwise = True
    reads_top = True
    source = "src/caffe/layers/softmax_layer.cpp"

    def check(self, ctx: Context) -> None:
        axis = ctx.axis()
        # Caffe sums along axis with a vector of ones as long as that.
        check_not_empty(ctx, ctx.bottom[axis : axis + 1], "bottom 0 along axis")
