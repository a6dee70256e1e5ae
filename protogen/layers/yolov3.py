from __future__ import annotations

from protogen.layers._losses import Loss
from protogen.schema import Context, register
from protogen.shapes import count

#: The channels of an anchor in addition to its class scores: 4 coordinates and a confidence.
_BOX_CHANNELS = 5


@register
class Yolov3(Loss):
    """YOLOv3's loss of the boxes and classes that are predicted for each cell and anchor.

    The first bottom has ``num`` * (5 + ``num_class``) channels; the second holds the true boxes.
    (source: Redmon & Farhadi 2018)
    """

    param = "yolov3_param"
    source = "eric612/MobileNet-YOLO: src/caffe/layers/yolov3_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        p = ctx.param
        _, _, height, width = ctx.nchw()
        # The fork compares the number of elements of an item only.
        expected = height * width * p.num * (_BOX_CHANNELS + p.num_class)
        given = count(ctx.bottom[1:])
        if given != expected:
            raise ctx.fault(
                f"expected {expected} elements per item for {p.num} anchors and {p.num_class}"
                f" classes, got {given}: {ctx.describe(0)}",
                "num_class",
                rule="bottom-shape-mismatch",
            )
