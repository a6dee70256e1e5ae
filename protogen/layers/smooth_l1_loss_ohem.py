from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._losses import Loss, check_images
from protogen.schema import Context, register
from protogen.shapes import Size


@register
class SmoothL1LossOHEM(Loss):
    """A SmoothL1Loss that also returns the loss of each instance, to mine hard examples.

    A third bottom weights the differences. A second top holds the loss of each instance, Nx1xHxW.
    (source: Shrivastava et al. 2016)
    """

    param = "loss_param"
    also = ("smooth_l1_loss_param",)
    bottoms, tops = (2, 3), (1, 2)
    source = "intel/caffe: src/caffe/layers/smooth_L1_loss_ohem_layer.cpp"
    unmarked_forks = ("intel",)

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        # The fork does not call LossLayer::LayerSetUp, which sets the weight of a loss to 1.
        # Without a loss_weight, this loss does not count.
        check_images(ctx)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        num, _, height, width = ctx.nchw()
        return [(), (num, 1, height, width)][: ctx.tops]
