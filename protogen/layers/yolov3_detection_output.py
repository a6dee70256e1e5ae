from __future__ import annotations

from protogen.layers._yolo import YoloOutput
from protogen.schema import register


@register
class Yolov3DetectionOutput(YoloOutput):
    """The boxes YOLOv3 has found in up to 4 maps, the best of those that overlap.

    A row to each detection: image, class, confidence, x, y, width, height. How many there are is
    known when it has run; until then Caffe has it as 1.
    """

    param = "yolov3_detection_output_param"
    source = "eric612/MobileNet-YOLO: src/caffe/layers/yolov3_detection_output_layer.cpp"
