from __future__ import annotations

from protogen.layers._losses import Loss
from protogen.schema import Context, register


@register
class RegionLoss(Loss):
    """YOLOv2's loss of the boxes and classes that are predicted for each cell and anchor.

    The first bottom has num * (num_class + coords + 1) channels; the second holds the true boxes.
    (source: Redmon & Farhadi 2016, YOLO9000)
    """

    param = "region_loss_param"
    source = "intel/caffe: src/caffe/layers/region_loss_layer.cpp"

    def check(self, ctx: Context) -> None:
        """Check nothing: even the batch sizes may differ."""
