from __future__ import annotations

from protogen.layers._kept_detections import KeptDetections
from protogen.schema import register


@register
class RetinaFaceDetection(KeptDetections):
    """The faces that RetinaFace detects, ``keep_topk`` rows for each image; from Sophgo's fork.

    The bottoms are the scores, boxes and landmarks of each head. A row has the box, the score and
    five landmarks.  (source: Deng et al. 2019)
    """

    param = "retinaface_detection_param"
    numbers = 15
    formula = "N by 1 by keep_topk by 15"
