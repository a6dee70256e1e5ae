from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import check_not_empty
from protogen.layers._losses import Loss, check_labels
from protogen.schema import Context, register


@register
class SoftmaxWithLoss(Loss):
    """The mean negative log of the softmax of the true class's score.

    The first bottom holds a score per class along ``softmax_param.axis``, the second a class index
    for each prediction: 64x10 and 64, or 8x21x60x60 and 8x60x60 (or 8x1x60x60).
    """

    param = "softmax_param"
    also = ("loss_param",)
    tops = (1, 2)
    source = "src/caffe/layers/softmax_loss_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        ctx.reject_in_place()
        check_labels(ctx, ctx.axis())
        check_not_empty(ctx, ctx.bottom, "bottom 0, the input of its Softmax,")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        # Two tops need two weights. Caffe passes them on to its inner Softmax, which has one top.
        if ctx.tops > 1:
            raise ctx.fault(
                "a second top (the probabilities) needs two loss_weights, which its inner Softmax"
                " rejects",
                layer_field="top[1]",
                rule="loss-weight-count",
                hint="give this layer one top, and compute the probabilities with a Softmax layer",
            )
        return [()]
