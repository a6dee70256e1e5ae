from __future__ import annotations

from protogen.layers._losses import Loss, check_counts, check_ones
from protogen.schema import Context, register


@register
class ContrastiveLoss(Loss):
    """Pull pairs that belong together towards each other, and others ``margin`` apart.

    Bottoms are the features of each side of the pairs, and whether they belong together (1 or 0).
    (source: Hadsell, Chopra & LeCun 2006)
    """

    param = "contrastive_loss_param"
    bottoms = 3
    source = "src/caffe/layers/contrastive_loss_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        channels, others = (ctx.legacy(bottom)[1] for bottom in ctx.bottoms[:2])
        check_counts(ctx, channels, others, "channels")
        for index, axis in enumerate((2, 2, 1)):
            check_ones(ctx, index, from_axis=axis)
