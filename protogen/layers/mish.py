from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class Mish(LayerSchema):
    """x * tanh(log(1 + exp(x))), a smooth ReLU (Misra 2019). Works in place."""

    param = "mish_param"
    elementwise = True
    source = "ChenYingpeng/darknet2caffe: caffe_layers/mish_layer/mish_layer.cpp"
