from __future__ import annotations

from collections.abc import Sequence

from protogen import proto
from protogen.layers._blobs import check_axes
from protogen.layers._detection import check_predictions
from protogen.layers._parameters import check_given
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Shape, Size

#: Caffe shapes the top for one detection; the number is known only after a forward pass.
_ONE_DETECTION = (1, 1, 1, 7)


@register
class DetectionOutput(LayerSchema):
    """The boxes that SSD detects, with only the best of those that overlap.

    Bottoms are the predictions of location and confidence, and the prior boxes. The top has one
    row per detection: image, class, confidence, and the corners xmin, ymin, xmax, ymax. The number
    of detections is known only after a forward pass; until then Caffe uses 1.
    """

    param = "detection_output_param"
    bottoms = (3, 4)
    source = "weiliu89/caffe (branch ssd): src/caffe/layers/detection_output_layer.cpp"

    def check(self, ctx: Context) -> None:
        check_given(ctx, "num_classes")
        # Both comparisons reject NaN as well.
        nms = ctx.param.nms_param
        if not nms.nms_threshold >= 0:
            raise ctx.fault(
                f"nms_threshold must be 0 or greater, got {nms.nms_threshold:g}",
                "nms_param.nms_threshold",
            )
        if not 0 < nms.eta <= 1:
            raise ctx.fault(
                f"eta must be greater than 0 and at most 1, got {nms.eta:g}", "nms_param.eta"
            )
        check_axes(ctx, 1, bottom=0, names="the batch")
        check_axes(ctx, 1, bottom=1, names="the batch")
        check_predictions(ctx)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        return [_ONE_DETECTION]

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        return (_ONE_DETECTION,)
