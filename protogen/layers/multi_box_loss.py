from __future__ import annotations

from protogen import proto
from protogen.layers._detection import check_predictions
from protogen.layers._losses import Loss
from protogen.layers._parameters import check_positive
from protogen.schema import Context, register


@register
class MultiBoxLoss(Loss):
    """SSD's loss of the location and the class of each prior box that matches a true box.

    Bottoms are the predictions of location and confidence, the prior boxes and the true boxes.
    (source: Liu et al. 2016, SSD: Single Shot MultiBox Detector)
    """

    param = "multibox_loss_param"
    also = ("loss_param",)
    bottoms = 4
    source = "weiliu89/caffe (branch ssd): src/caffe/layers/multibox_loss_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        ctx.reject_in_place()
        check_positive(ctx, "num_classes")
        self._check_mining(ctx)
        self._check_background(ctx)
        # The true boxes may have any shape of at most four axes.
        ctx.nchw(3)
        check_predictions(ctx)

    def _check_mining(self, ctx: Context) -> None:
        p = ctx.param
        # do_neg_mining is the older field; both may be written if they agree.
        mines = p.mining_type != proto.MultiBoxLossParameter.NONE
        if p.HasField("do_neg_mining") and p.do_neg_mining != mines:
            raise ctx.fault(
                "do_neg_mining contradicts mining_type; keep mining_type", "do_neg_mining"
            )
        if mines and not p.share_location:
            raise ctx.fault("negative mining requires share_location: true", "share_location")

    def _check_background(self, ctx: Context) -> None:
        p = ctx.param
        # Only the softmax has a class for the background; LOGISTIC scores each class by itself.
        softmax = p.conf_loss_type == proto.MultiBoxLossParameter.SOFTMAX
        if softmax and p.background_label_id >= p.num_classes:
            raise ctx.fault(
                f"background_label_id must be less than num_classes {p.num_classes}, got"
                f" {p.background_label_id}",
                "background_label_id",
            )
