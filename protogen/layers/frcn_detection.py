from __future__ import annotations

from protogen.layers._kept_detections import KeptDetections
from protogen.schema import register


@register
class FrcnDetection(KeptDetections):
    """The boxes that Faster R-CNN detects, ``keep_topk`` rows for each image; from Sophgo's fork.

    The bottoms are the box deltas, the scores and the regions of each image.
    """

    param = "frcn_detection_param"
    bottoms = 3
    batch_bottom = 2
    formula = "N by 1 by keep_topk by 6"
