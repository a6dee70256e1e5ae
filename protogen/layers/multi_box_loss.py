from __future__ import annotations

from protogen.layers._detection import check_predictions
from protogen.layers._losses import Loss
from protogen.schema import Context, Fault, register

_SOFTMAX = 0
_NO_MINING = 0


@register
class MultiBoxLoss(Loss):
    """SSD's loss: of the location and of the class of each prior box that matches a true one.

    Bottoms are the predictions of location and confidence, the prior boxes and the true ones.
    (source: Liu et al. 2016, SSD: Single Shot MultiBox Detector)
    """

    param = "multibox_loss_param"
    also = ("loss_param",)
    bottoms = 4
    source = "src/caffe/layers/multibox_loss_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        ctx.refuse_in_place()
        self._check_parameters(ctx)
        ctx.legacy(ctx.bottoms[3])
        check_predictions(ctx)

    def _check_parameters(self, ctx: Context) -> None:
        p = ctx.param
        if not p.num_classes:
            raise Fault("num_classes is missing or 0", field="multibox_loss_param.num_classes")
        if p.HasField("do_neg_mining") and p.do_neg_mining != (p.mining_type != _NO_MINING):
            raise Fault(
                "do_neg_mining and mining_type contradict each other; keep mining_type",
                field="multibox_loss_param.do_neg_mining",
            )
        if p.mining_type != _NO_MINING and not p.share_location:
            raise Fault(
                "negative mining needs share_location: true",
                field="multibox_loss_param.share_location",
            )
        if p.conf_loss_type == _SOFTMAX and p.background_label_id >= p.num_classes:
            raise Fault(
                f"background_label_id {p.background_label_id} is none of {p.num_classes} classes",
                field="multibox_loss_param.background_label_id",
            )
