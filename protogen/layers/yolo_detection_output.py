from __future__ import annotations

from protogen.layers._yolo import YoloOutput
from protogen.schema import register


@register
class YoloDetectionOutput(YoloOutput):
    """The boxes that YOLOv2 detects, with only the best of those that overlap.

    One row per detection: image, class, confidence, x, y, width, height. The number of detections
    is known only after a forward pass; until then Caffe uses 1.
    """

    param = "yolo_detection_output_param"
    source = "eric612/MobileNet-YOLO: src/caffe/layers/yolo_detection_output_layer.cpp"
