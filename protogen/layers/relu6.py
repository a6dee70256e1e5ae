from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class ReLU6(LayerSchema):
    """Limit each element to the range from 0 to 6: min(max(0, x), 6). Works in place."""

    param = "relu6_param"
    elementwise = True
    source = "eric612/MobileNet-YOLO: src/caffe/layers/relu6_layer.cpp"
    unmarked_forks = ("xilinx",)
