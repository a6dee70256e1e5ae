from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._blobs import check_not_empty
from protogen.layers._parameters import check_given, check_positive
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size

#: What -1, for no background class, becomes in a field of type uint32.
_NO_BACKGROUND = 2**32 - 1


@register
class DetectionEvaluate(LayerSchema):
    """Find which detections are correct, and count the boxes of each class; from the SSD fork.

    Bottoms are the rows of a DetectionOutput and the true boxes, 8 numbers each. The top has a
    row of 5 numbers for each class except the background, then one for each detection.
    """

    param = "detection_evaluate_param"
    bottoms = (2, None)
    source = "weiliu89/caffe (branch ssd): src/caffe/layers/detection_evaluate_layer.cpp"

    def check(self, ctx: Context) -> None:
        check_given(ctx, "num_classes")
        check_positive(ctx, "overlap_threshold")
        # The true boxes also say whether they are difficult to find.
        for index, numbers in enumerate((7, 8)):
            num, channels, _, width = ctx.nchw(index)
            if (num, channels, width) != (1, 1, numbers):
                raise ctx.fault(
                    f"expected rows of {numbers} numbers (1x1x?x{numbers}): {ctx.describe(index)}",
                    bottom=index,
                    rule="bottom-shape-mismatch",
                )
        check_not_empty(ctx, ctx.bottom, "bottom 0")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        p = ctx.param
        # A class that is the background has no row; -1 says that there is none.
        classes = p.num_classes
        if p.background_label_id != _NO_BACKGROUND:
            classes -= 1
        return [(1, 1, classes + ctx.bottom[2], 5)]
