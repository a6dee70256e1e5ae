from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class SpatialDropout(LayerSchema):
    """In training, set a random ``dropout_ratio`` of the channels to 0 and scale up the others.

    In testing, nothing changes.
    """

    param = "dropout_param"
    elementwise = True
    # As in Dropout, the ratio is checked in a debug build only.
    source = "intel/caffe: src/caffe/layers/spatial_dropout_layer.cpp"
    unmarked_forks = ("intel",)
