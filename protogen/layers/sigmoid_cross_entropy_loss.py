from __future__ import annotations

from protogen.layers._losses import Loss, check_counts
from protogen.schema import Context, register
from protogen.shapes import count


@register
class SigmoidCrossEntropyLoss(Loss):
    """The cross-entropy between the sigmoid of each score and its target, a probability in [0, 1].

    For labels that are not mutually exclusive.
    """

    param = "loss_param"
    source = "src/caffe/layers/sigmoid_cross_entropy_loss_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        ctx.reject_in_place()
        # Only the numbers are compared: Nx1xHxW and NxHxW go together.
        first, second = map(count, ctx.bottoms)
        check_counts(ctx, first, second, "number of elements")
