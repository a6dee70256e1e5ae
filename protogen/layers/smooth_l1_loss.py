from __future__ import annotations

from collections.abc import Hashable, Sequence

from protogen import proto
from protogen.layers._losses import Loss, check_images
from protogen.schema import Context, register
from protogen.shapes import Size


@register
class SmoothL1Loss(Loss):
    """Squared distance where it is small, absolute distance where it is large.

    Forks differ in what else they take. SSD's takes two bottoms. Fast R-CNN's and R-FCN's take a
    third with weights for the differences, and R-FCN's has a second top with the loss of each
    instance, Nx1xHxW. Faster R-CNN's takes a fourth bottom with weights for the losses; a layer
    with four bottoms is treated as one of these if it has ``smooth_l1_loss_param`` or a
    ``loss_weight``, as the published ones do.  (source: Girshick 2015)
    """

    param = "smooth_l1_loss_param"
    also = ("loss_param",)
    bottoms, tops = (2, 4), (1, 2)
    source = (
        "weiliu89/caffe (branch ssd), daijifeng001/caffe-rfcn:"
        " src/caffe/layers/smooth_L1_loss_layer.cpp"
    )
    #: SSD's has no parameters, and neither have those of its descendants.
    unmarked_forks = ("fastrcnn", "ssd", "sstd", "rrc", "nv17", "eric612", "yjxiong", "happynear")

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        bottoms = len(ctx.bottoms)
        if bottoms == 4 and not self._has_weights(ctx):
            raise ctx.fault(
                "expected 2 bottoms in SSD's fork, got 4",
                bottom=2,
                rule="blob-count",
                hint="Faster R-CNN's fork takes 4; write smooth_l1_loss_param or loss_weight to"
                " select it",
            )
        if bottoms == 4 and ctx.tops == 2:
            raise ctx.fault(
                "expected 1 top with 4 bottoms, got 2: R-FCN's fork has a second top, but takes"
                " at most 3 bottoms",
                layer_field="top[1]",
                rule="blob-count",
            )
        ctx.reject_in_place()
        check_images(ctx)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        num, _, height, width = ctx.nchw()
        return [(), (num, 1, height, width)][: ctx.tops]

    def dialect(self, layer: proto.LayerParameter) -> str:
        bottoms = len(layer.bottom)
        if len(layer.top) == 2:
            return "rfcn (2 tops)"
        if bottoms == 3:
            return "fastrcnn and rfcn (3 bottoms)"
        if layer.HasField("smooth_l1_loss_param"):
            return "fasterrcnn (smooth_l1_loss_param)"
        return "fasterrcnn (4 bottoms)" if bottoms == 4 and layer.loss_weight else ""

    def _has_weights(self, ctx: Context) -> bool:
        return ctx.layer.HasField("smooth_l1_loss_param") or bool(ctx.layer.loss_weight)

    def parameters(self, layer: proto.LayerParameter) -> Hashable:
        # Whether a loss_weight is written selects the fork, so the answer depends on it.
        return super().parameters(layer), bool(layer.loss_weight)
