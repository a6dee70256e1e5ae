from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._losses import Loss, check_ones
from protogen.layers._parameters import check_positive
from protogen.schema import Context, Learnable, register
from protogen.shapes import InternalShape, count


@register
class CenterLoss(Loss):
    """The distance of each item's features from the learned center of its class.

    The second bottom holds the class indices; ``num_output`` is the number of classes.
    (source: Wen et al. 2016)
    """

    param = "center_loss_param"
    size_field = "num_output"
    source = "happynear/caffe-windows: src/caffe/layers/center_loss_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        # The fork does not call the set-up of LossLayer, which gives a loss the weight 1: without a
        # loss_weight it does not count.
        check_positive(ctx, "num_output")
        check_ones(ctx, 1, from_axis=1)  # one class index per item

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        features = count(ctx.bottom[ctx.axis() :])
        centers: InternalShape = (ctx.param.num_output, features)
        return [ctx.learnable("centers", centers, "center_filler")]
