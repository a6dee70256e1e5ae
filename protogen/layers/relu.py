from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class ReLU(LayerSchema):
    """Keep what is positive: max(0, x), or ``negative_slope`` * x below zero. Works in place."""

    param = "relu_param"
    elementwise = True
    # Its gradient needs the sign of the bottom only, and the top has the same one.
    source = "src/caffe/layers/relu_layer.cpp"
