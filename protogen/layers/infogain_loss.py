from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import check_not_empty
from protogen.layers._losses import Loss, check_labels
from protogen.schema import Context, register
from protogen.shapes import Size, count


@register
class InfogainLoss(Loss):
    """A SoftmaxWithLoss with a separate weight for each pair of a true and a predicted class.

    The weights are a square matrix over the classes, read from ``source`` or a third bottom. A
    second top, which needs two ``loss_weight``, holds the probabilities.
    """

    param = "infogain_loss_param"
    also = ("loss_param",)
    bottoms, tops = (2, 3), (1, 2)
    source = "src/caffe/layers/infogain_loss_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        # The top becomes a scalar first, and its Softmax would look for an axis of that.
        ctx.reject_in_place()
        if ctx.layer.loss_param.HasField("normalize"):
            raise ctx.fault(
                "does not support normalize; use normalization",
                layer_field="loss_param.normalize",
            )
        axis = ctx.axis()
        check_labels(ctx, axis)
        check_not_empty(ctx, ctx.bottom, "bottom 0, the input of its Softmax,")
        self._check_matrix(ctx, ctx.bottom[axis])

    def _check_matrix(self, ctx: Context, classes: Any) -> None:
        if len(ctx.bottoms) == 2:
            # Caffe reads the file when it sets the net up.
            if not ctx.param.HasField("source"):
                raise ctx.fault(
                    "the matrix is missing: give infogain_loss_param.source, or a third bottom",
                    "source",
                )
        elif count(ctx.bottoms[2]) != classes * classes:
            raise ctx.fault(
                f"expected a matrix of {classes}x{classes} for {classes} classes:"
                f" {ctx.describe(0, 2)}",
                bottom=2,
                rule="bottom-shape-mismatch",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        return [(), ctx.bottom][: ctx.tops]
