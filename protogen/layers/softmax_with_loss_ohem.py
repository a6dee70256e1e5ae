from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._losses import Loss, check_labels
from protogen.schema import Context, register


@register
class SoftmaxWithLossOHEM(Loss):
    """SoftmaxWithLoss that also tells each instance's loss, to mine hard examples by.

    Further tops hold the probabilities, shaped like the scores, and the loss of each instance,
    shaped like the labels.  (source: Shrivastava et al. 2016)
    """

    param = "softmax_param"
    also = ("loss_param",)
    tops = (1, 3)
    source = "intel/caffe: src/caffe/layers/softmax_loss_ohem_layer.cpp"
    forks = ("intel",)

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        check_labels(ctx, ctx.axis(ctx.param.axis, ctx.bottom, "softmax_param.axis"))

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        return [(), *ctx.bottoms][: ctx.tops]
