from __future__ import annotations

from protogen.layers._blobs import check_axes
from protogen.layers._losses import Loss, check_counts
from protogen.layers._parameters import check_positive
from protogen.schema import Context, register


@register
class CtcLoss(Loss):
    """How unlikely the labels of a sequence are, wherever in the sequence each of them begins.

    The first bottom has the scores (timesteps, streams, classes), the second the labels (streams,
    labels).  (source: Graves et al. 2006)
    """

    param = "ctc_loss_param"
    source = "yalecyu/crnn.caffe: src/caffe/layers/ctc_loss_layer.cpp"

    def check(self, ctx: Context) -> None:
        check_positive(ctx, "alphabet_size", "time_step")
        # The batch of the scores is on axis 1: the fork has taken the usual check out of LossLayer.
        check_axes(ctx, 2, bottom=0, names="timesteps, streams")
        check_axes(ctx, 1, bottom=1, names="streams")
        check_counts(ctx, ctx.bottom[1], ctx.bottoms[1][0], "streams")
