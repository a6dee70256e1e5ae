from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class Swish(LayerSchema):
    """x * sigmoid(beta * x) (Ramachandran et al. 2017). Works in place."""

    param = "swish_param"
    elementwise = True
    # The gradient takes the top, and the sigmoid that the layer keeps.
    reads_top = True
    source = "src/caffe/layers/swish_layer.cpp"
