from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class Sigmoid(LayerSchema):
    """1 / (1 + exp(-x)), between 0 and 1. Works in place."""

    param = "sigmoid_param"
    elementwise = True
    # The gradient is top * (1 - top).
    reads_top = True
    source = "src/caffe/layers/sigmoid_layer.cpp"
