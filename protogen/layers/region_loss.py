from __future__ import annotations

from protogen.layers._losses import Loss
from protogen.schema import Context, register


@register
class RegionLoss(Loss):
    """YOLOv2's loss of boxes and classes, predicted for each cell and each of its anchors.

    The first bottom is Nx(num * (num_class + coords + 1)) maps, the second the boxes that are
    there.  (source: Redmon & Farhadi 2016, YOLO9000)
    """

    param = "region_loss_param"
    source = "intel/caffe: src/caffe/layers/region_loss_layer.cpp"
    forks = ("intel", "eric612", "pt2c")

    def check(self, ctx: Context) -> None:
        """Nothing: not even the batch sizes have to agree."""
