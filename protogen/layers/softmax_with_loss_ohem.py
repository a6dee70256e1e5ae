from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._losses import Loss, check_labels
from protogen.schema import Context, register
from protogen.shapes import Size


@register
class SoftmaxWithLossOHEM(Loss):
    """A SoftmaxWithLoss that also returns the loss of each instance, to mine hard examples.

    Two more tops hold the probabilities, with the shape of the scores, and the loss of each
    instance, with the shape of the labels.  (source: Shrivastava et al. 2016)
    """

    param = "softmax_param"
    also = ("loss_param",)
    tops = (1, 3)
    source = "intel/caffe: src/caffe/layers/softmax_loss_ohem_layer.cpp"
    unmarked_forks = ("intel",)

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        # This fork clears the weights of its inner Softmax, so that several tops work.
        check_labels(ctx, ctx.axis())

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        return [(), *ctx.bottoms][: ctx.tops]
