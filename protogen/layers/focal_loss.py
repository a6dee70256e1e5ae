from __future__ import annotations

from protogen.layers._losses import Loss, check_labels
from protogen.schema import Context, Fault, register


@register
class FocalLoss(Loss):
    """SoftmaxWithLoss that weighs what is already well classified down by (1 - p)^gamma.

    (source: Lin et al. 2017)
    """

    param = "focal_loss_param"
    also = ("softmax_param", "loss_param")
    source = "happynear/caffe-windows: src/caffe/layers/focal_loss_layer.cpp"
    forks = ("happynear", "pt2c")

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        p = ctx.param
        if p.gamma < 0:
            raise Fault(f"gamma {p.gamma:g} is below 0", field="focal_loss_param.gamma")
        if p.alpha <= 0:
            raise Fault(f"alpha {p.alpha:g} is not above 0", field="focal_loss_param.alpha")
        axis = ctx.layer.softmax_param.axis
        check_labels(ctx, ctx.axis(axis, ctx.bottom, "softmax_param.axis"))
