from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from protogen.layers._losses import Loss, check_counts
from protogen.schema import Context, Fault, register

_AXES = ((1, "channels"), (2, "height"), (3, "width"))


@register
class SmoothL1Loss(Loss):
    """Squared distance where it is small and absolute where it is large; of the SSD fork.

    In the forks of Fast R-CNN there may be two further bottoms: weights for the differences and for
    their losses. A layer with four is taken for one of those if it has ``smooth_l1_loss_param`` or
    says its ``loss_weight``, as the published ones do. (source: Girshick 2015)
    """

    param = "smooth_l1_loss_param"
    bottoms = (2, 4)
    source = "src/caffe/layers/smooth_L1_loss_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        if len(ctx.bottoms) == 3 or (len(ctx.bottoms) == 4 and not self._weighted(ctx)):
            raise Fault(
                f"takes exactly 2 bottoms in SSD, but has {len(ctx.bottoms)}",
                rule="blob-count",
                field="bottom",
                hint="Fast R-CNN takes 4; smooth_l1_loss_param or loss_weight tells it from SSD",
            )
        ctx.refuse_in_place()
        first, *others = map(ctx.legacy, ctx.bottoms)
        for index, other in enumerate(others, 1):
            for axis, name in _AXES:
                check_counts(ctx, first[axis], other[axis], name, index)

    def dialect(self, layer: Any) -> str:
        if layer.HasField("smooth_l1_loss_param"):
            return "fasterrcnn (smooth_l1_loss_param)"
        return "fasterrcnn (4 bottoms)" if len(layer.bottom) == 4 and layer.loss_weight else ""

    def _weighted(self, ctx: Context) -> bool:
        return ctx.layer.HasField("smooth_l1_loss_param") or bool(ctx.layer.loss_weight)

    def _parameters(self, layer: Any) -> Hashable:
        return super()._parameters(layer), bool(layer.loss_weight)
