from __future__ import annotations

from protogen.layers._yolo import YoloOutput
from protogen.schema import register


@register
class Yolov3DetectionOutput(YoloOutput):
    """The boxes that YOLOv3 detects in up to 4 feature maps, only the best of overlapping ones.

    One row per detection: image, class, confidence, x, y, width, height. The number of detections
    is known after a forward pass; until then Caffe uses 1.
    """

    param = "yolov3_detection_output_param"
    source = "eric612/MobileNet-YOLO: src/caffe/layers/yolov3_detection_output_layer.cpp"
