from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import refuse_empty
from protogen.layers._losses import Loss, check_labels
from protogen.schema import Context, Fault, register


@register
class SoftmaxWithLoss(Loss):
    """The softmax of the scores, and the mean negative log of what the true class got.

    The first bottom holds a score per class along ``softmax_param.axis``, the second a class index
    for each of the others: 64x10 and 64, or 8x21x60x60 and 8x60x60 (or 8x1x60x60).
    """

    param = "softmax_param"
    also = ("loss_param",)
    tops = (1, 2)
    source = "src/caffe/layers/softmax_loss_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        ctx.refuse_in_place()
        check_labels(ctx, ctx.axis(ctx.param.axis, ctx.bottom, "softmax_param.axis"))
        refuse_empty(ctx.bottom, "what the inner Softmax weighs")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        # Several tops need a weight each, and the Softmax within, which has one, gets them too.
        if ctx.tops > 1:
            raise Fault(
                "a second top (the probabilities) needs two loss_weights, which its inner Softmax"
                " refuses",
                rule="loss-weight-count",
                field="top",
                hint="give this layer one top, and compute the probabilities with a Softmax layer",
            )
        return [()]
