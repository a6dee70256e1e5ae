from __future__ import annotations

from protogen.layers._yolo import YoloOutput
from protogen.schema import register


@register
class YoloDetectionOutput(YoloOutput):
    """The boxes YOLOv2 has found, the best of those that overlap.

    A row to each detection: image, class, confidence, x, y, width, height. How many there are is
    known when it has run; until then Caffe has it as 1.
    """

    param = "yolo_detection_output_param"
    source = "eric612/MobileNet-YOLO: src/caffe/layers/yolo_detection_output_layer.cpp"
