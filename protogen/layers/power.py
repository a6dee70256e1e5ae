from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class Power(LayerSchema):
    """(shift + scale * x) to the ``power``, element by element. Works in place."""

    param = "power_param"
    elementwise = True
    reads_bottom_in_backward = True
    source = "src/caffe/layers/power_layer.cpp"
