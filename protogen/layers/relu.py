from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class ReLU(LayerSchema):
    """Keep what is above zero: max(0, x), with ``negative_slope`` times x below zero.

    Works in place.
    """

    param = "relu_param"
    source = "src/caffe/layers/relu_layer.cpp"
