from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe, refuse_empty
from protogen.schema import Context, Fault, LayerSchema, register


@register
class DetectionEvaluate(LayerSchema):
    """Which detections are right, and how many boxes of each class there were; of the SSD fork.

    Bottoms are the rows of a DetectionOutput and the true boxes, 8 numbers each. The top has a
    row of 5 to each class but the background, then one to each detection.
    """

    param = "detection_evaluate_param"
    bottoms = (2, None)
    source = "src/caffe/layers/detection_evaluate_layer.cpp"

    def check(self, ctx: Context) -> None:
        p = ctx.param
        if not p.HasField("num_classes"):
            raise Fault("num_classes is missing", field="detection_evaluate_param.num_classes")
        if not p.overlap_threshold > 0:
            raise Fault(
                f"overlap_threshold {p.overlap_threshold:g} is not above 0",
                field="detection_evaluate_param.overlap_threshold",
            )
        for index, numbers in enumerate((7, 8)):
            num, channels, _, width = ctx.legacy(ctx.bottoms[index])
            if (num, channels, width) != (1, 1, numbers):
                raise Fault(
                    f"bottom {index} takes 1x1x?x{numbers}: {describe(ctx.bottoms, index)}",
                    rule="bottom-shape-mismatch",
                )
        refuse_empty(ctx.bottom, "bottom 0")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        p = ctx.param
        background = 0 if p.background_label_id == 2**32 - 1 else 1  # -1 to Caffe: there is none
        return [(1, 1, p.num_classes - background + ctx.bottom[2], 5)]
