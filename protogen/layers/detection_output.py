from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe
from protogen.layers._detection import check_predictions
from protogen.schema import Context, Fault, LayerSchema, register


@register
class DetectionOutput(LayerSchema):
    """The boxes SSD has found, the best of those that overlap.

    Bottoms are the predictions of location and confidence and the prior boxes. The top has a row
    to each detection: image, class, confidence, and the corners xmin, ymin, xmax, ymax. How many
    there are is known when it has run; until then Caffe has it as 1.
    """

    param = "detection_output_param"
    bottoms = (3, 4)
    source = "src/caffe/layers/detection_output_layer.cpp"

    def check(self, ctx: Context) -> None:
        p, nms = ctx.param, ctx.param.nms_param
        if not p.HasField("num_classes"):
            raise Fault("num_classes is missing", field="detection_output_param.num_classes")
        if not nms.nms_threshold >= 0:
            raise Fault(
                f"nms_threshold {nms.nms_threshold:g} is below 0",
                field="detection_output_param.nms_param.nms_threshold",
            )
        if not 0 < nms.eta <= 1:
            raise Fault(
                f"eta {nms.eta:g} is not above 0 and at most 1",
                field="detection_output_param.nms_param.eta",
            )
        for index in (0, 1):
            if not ctx.bottoms[index]:
                raise Fault(f"a scalar: {describe(ctx.bottoms, index)}", rule="axis-count")
        check_predictions(ctx)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        return [(1, 1, 1, 7)]

    def unknown_tops(self, layer: Any, tops: int) -> tuple[tuple[int, ...], ...]:
        return ((1, 1, 1, 7),)
