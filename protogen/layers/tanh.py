from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class TanH(LayerSchema):
    """The hyperbolic tangent, between -1 and 1. Works in place."""

    param = "tanh_param"
    elementwise = True
    # The gradient is 1 - top * top.
    reads_top = True
    source = "src/caffe/layers/tanh_layer.cpp"
