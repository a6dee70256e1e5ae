from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from protogen.layers._losses import Loss, check_images
from protogen.schema import Context, register


@register
class SmoothL1Loss(Loss):
    """Squared distance where it is small, absolute distance where it is large; from the SSD fork.

    In the forks of Fast R-CNN there may be two more bottoms: weights for the differences and for
    their losses. A layer with four bottoms is treated as one of those forks' if it has
    ``smooth_l1_loss_param`` or a ``loss_weight``, as the published ones do.
    (source: Girshick 2015)
    """

    param = "smooth_l1_loss_param"
    bottoms = (2, 4)
    source = "weiliu89/caffe (branch ssd): src/caffe/layers/smooth_L1_loss_layer.cpp"
    #: SSD's has no parameters, and neither have those of its descendants.
    unmarked_forks = ("fastrcnn", "ssd", "sstd", "rrc", "nv17", "eric612", "yjxiong", "happynear")

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        bottoms = len(ctx.bottoms)
        if bottoms == 3 or (bottoms == 4 and not self._has_weights(ctx)):
            raise ctx.fault(
                f"expected 2 bottoms in SSD's fork, got {bottoms}",
                bottom=2,
                rule="blob-count",
                hint="Fast R-CNN's fork takes 4; write smooth_l1_loss_param or loss_weight to"
                " select it",
            )
        ctx.reject_in_place()
        check_images(ctx)

    def dialect(self, layer: Any) -> str:
        if layer.HasField("smooth_l1_loss_param"):
            return "fasterrcnn (smooth_l1_loss_param)"
        return "fasterrcnn (4 bottoms)" if len(layer.bottom) == 4 and layer.loss_weight else ""

    def _has_weights(self, ctx: Context) -> bool:
        return ctx.layer.HasField("smooth_l1_loss_param") or bool(ctx.layer.loss_weight)

    def parameters(self, layer: Any) -> Hashable:
        return super().parameters(layer), bool(layer.loss_weight)
