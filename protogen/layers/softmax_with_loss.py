from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from protogen import proto
from protogen.layers._blobs import check_not_empty
from protogen.layers._losses import Loss, check_counts, check_labels
from protogen.schema import Context, register
from protogen.shapes import Size, count

if TYPE_CHECKING:
    from protogen.proto import LossParameter


@register
class SoftmaxWithLoss(Loss):
    """The mean negative log of the softmax of the true class's score.

    The first bottom holds a score per class along ``softmax_param.axis``, the second a class index
    for each prediction: 64x10 and 64, or 8x21x60x60 and 8x60x60 (or 8x1x60x60).

    In R-FCN's fork two more tops hold the probabilities, with the shape of the scores, and the loss
    of each instance, with the shape of the labels. In happynear's and Intel's forks a third bottom
    has a weight for each label.
    """

    param = "softmax_param"
    also = ("loss_param",)
    bottoms, tops = (2, 3), (1, 3)
    source = "src/caffe/layers/softmax_loss_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        ctx.reject_in_place()
        check_labels(ctx, ctx.axis())
        check_not_empty(ctx, ctx.bottom, "bottom 0, the input of its Softmax,")
        # Each label has a weight, whatever the shape of both.
        if len(ctx.bottoms) == 3:
            labels, weights = ctx.bottoms[1:]
            check_counts(ctx, count(labels), count(weights), "elements", 2)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        # Two tops need two weights. Caffe passes them on to its inner Softmax, which has one top.
        if ctx.tops == 2 and not _is_rfcn(ctx.layer, ctx.tops):
            raise ctx.fault(
                "a second top (the probabilities) needs two loss_weights, which its inner Softmax"
                " rejects",
                layer_field="top[1]",
                rule="loss-weight-count",
                hint="give this layer one top, and compute the probabilities with a Softmax layer",
            )
        return [(), *ctx.bottoms][: ctx.tops]

    def dialect(self, layer: proto.LayerParameter) -> str:
        if len(layer.bottom) == 3:
            return "happynear and intel (3 bottoms)"
        if len(layer.top) > 2:
            return "rfcn (3 tops)"
        return "rfcn (PRE_FIXED)" if _is_rfcn(layer, len(layer.top)) else ""


def _is_rfcn(layer: proto.LayerParameter, tops: int) -> bool:
    """Whether the layer is that of R-FCN's fork, which keeps the weights from its Softmax."""
    p: LossParameter = layer.loss_param
    pre_fixed = p.normalization == proto.LossParameter.PRE_FIXED
    return tops > 2 or pre_fixed or p.HasField("pre_fixed_normalizer")
