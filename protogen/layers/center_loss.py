from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._losses import Loss, check_ones
from protogen.schema import Context, Fault, Learnable, register
from protogen.shapes import count


@register
class CenterLoss(Loss):
    """How far each item's features are from the learned centre of its class.

    The second bottom holds the class indices; ``num_output`` is the number of classes.
    (source: Wen et al. 2016)
    """

    param = "center_loss_param"
    source = "happynear/caffe-windows: src/caffe/layers/center_loss_layer.cpp"
    forks = ("happynear", "xilinx", "pt2c", "mnn")

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        if ctx.param.num_output == 0:
            raise Fault("num_output is missing or 0", field="center_loss_param.num_output")
        check_ones(ctx, 1, from_axis=1)

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        p = ctx.param
        axis = ctx.axis(p.axis, ctx.bottom, "center_loss_param.axis")
        centres: tuple[Any, ...] = (p.num_output, count(ctx.bottom[axis:]))
        return [ctx.filled("centres", centres, p.center_filler)]
