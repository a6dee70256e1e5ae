from __future__ import annotations

from protogen.layers._losses import Loss, check_counts
from protogen.schema import Context, register
from protogen.shapes import count


@register
class EuclideanLoss(Loss):
    """Half the squared distance between the bottoms, averaged over the batch: least squares."""

    source = "src/caffe/layers/euclidean_loss_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        # The top becomes a scalar first; in place, the bottom would have lost its axes by then.
        ctx.reject_in_place()
        first, second = (count(bottom[1:]) for bottom in ctx.bottoms)
        check_counts(ctx, first, second, "elements per item")
