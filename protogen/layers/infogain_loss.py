from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe, refuse_empty
from protogen.layers._losses import Loss, check_labels
from protogen.schema import Context, Fault, register
from protogen.shapes import count


@register
class InfogainLoss(Loss):
    """SoftmaxWithLoss in which each pair of a true and a predicted class has a weight of its own.

    The weights are a square matrix over the classes, read from ``source`` or a third bottom. A
    second top, which asks for two ``loss_weight``, holds the probabilities.
    """

    param = "infogain_loss_param"
    also = ("loss_param",)
    bottoms, tops = (2, 3), (1, 2)
    source = "src/caffe/layers/infogain_loss_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        ctx.refuse_in_place()
        if ctx.layer.loss_param.HasField("normalize"):
            raise Fault(
                "normalize is not taken here; say normalization", field="loss_param.normalize"
            )
        axis = ctx.axis(ctx.param.axis, ctx.bottom, "infogain_loss_param.axis")
        check_labels(ctx, axis)
        refuse_empty(ctx.bottom, "what the inner Softmax weighs")
        self._check_matrix(ctx, ctx.bottom[axis])

    def _check_matrix(self, ctx: Context, classes: Any) -> None:
        if len(ctx.bottoms) == 2:
            if not ctx.param.HasField("source"):
                raise Fault(
                    "no matrix: give infogain_loss_param.source, or a third bottom",
                    field="infogain_loss_param.source",
                )
        elif count(ctx.bottoms[2]) != classes * classes:
            raise Fault(
                f"the matrix is not {classes}x{classes} for {classes} classes:"
                f" {describe(ctx.bottoms, 0, 2)}",
                rule="bottom-shape-mismatch",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        return [(), ctx.bottom][: ctx.tops]
