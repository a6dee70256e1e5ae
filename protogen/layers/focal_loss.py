from __future__ import annotations

from protogen.layers._losses import Loss, check_labels
from protogen.layers._parameters import check_positive
from protogen.schema import Context, register


@register
class FocalLoss(Loss):
    """A SoftmaxWithLoss that gives well-classified items less weight, by (1 - p)^gamma.

    (source: Lin et al. 2017)
    """

    param = "focal_loss_param"
    also = ("softmax_param", "loss_param")
    source = "happynear/caffe-windows: src/caffe/layers/focal_loss_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        if ctx.param.gamma < 0:
            raise ctx.fault(f"gamma must be 0 or greater, got {ctx.param.gamma:g}", "gamma")
        check_positive(ctx, "alpha")
        # Its inner Softmax has parameters of its own, and works along their axis.
        check_labels(ctx, ctx.axis(message="softmax_param"))
