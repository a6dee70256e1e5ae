from __future__ import annotations

from protogen.layers._kept_detections import KeptDetections
from protogen.schema import register


@register
class YoloDetection(KeptDetections):
    """The boxes that YOLO detects, ``keep_topk`` rows for each image; from Sophgo's fork.

    The bottoms are the feature maps of the heads. A row has the class, the score and the box.
    """

    param = "yolo_detection_param"
    formula = "N by 1 by keep_topk by 6"
