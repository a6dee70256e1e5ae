from __future__ import annotations

from protogen.layers._losses import Loss
from protogen.schema import register


@register
class HingeLoss(Loss):
    """One-against-all hinge loss of a score per class, linear (L1) or squared (L2).

    The second bottom holds a class index for each item. Caffe compares only the batch sizes.
    """

    # It has no Reshape of its own, so LossLayer's check is the only one.
    param = "hinge_loss_param"
    source = "src/caffe/layers/hinge_loss_layer.cpp"
