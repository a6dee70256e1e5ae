from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._losses import Loss, check_counts
from protogen.schema import Context, register

_AXES = ((1, "channels"), (2, "height"), (3, "width"))


@register
class SmoothL1LossOHEM(Loss):
    """SmoothL1Loss that also tells each instance's loss, to mine hard examples by.

    A third bottom weighs the differences. A second top holds the loss of each instance, Nx1xHxW.
    (source: Shrivastava et al. 2016)
    """

    param = "smooth_l1_loss_param"
    also = ("loss_param",)
    bottoms, tops = (2, 3), (1, 2)
    source = "intel/caffe: src/caffe/layers/smooth_L1_loss_ohem_layer.cpp"
    forks = ("intel",)

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        first, *others = map(ctx.legacy, ctx.bottoms)
        for index, other in enumerate(others, 1):
            for axis, name in _AXES:
                check_counts(ctx, first[axis], other[axis], name, index)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        num, _, height, width = ctx.legacy(ctx.bottom)
        return [(), (num, 1, height, width)][: ctx.tops]
