from __future__ import annotations

from protogen.layers._losses import Loss, check_counts, check_ones
from protogen.schema import Context, register


@register
class ContrastiveLoss(Loss):
    """Pull similar pairs together, and push dissimilar ones ``margin`` apart.

    Bottoms are the features of each side of the pairs, and whether a pair is similar (1 or 0).
    (source: Hadsell, Chopra & LeCun 2006)
    """

    param = "contrastive_loss_param"
    bottoms = 3
    source = "src/caffe/layers/contrastive_loss_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        # Batch, channels, height and width: more axes than four abort.
        check_counts(ctx, ctx.nchw(0)[1], ctx.nchw(1)[1], "channels")
        # Features are N x C, the label is N; all other axes must have size 1.
        for index, axis in enumerate((2, 2, 1)):
            check_ones(ctx, index, from_axis=axis)
