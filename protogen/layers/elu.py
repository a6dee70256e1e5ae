from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class ELU(LayerSchema):
    """x above zero, alpha * (exp(x) - 1) below it (Clevert et al. 2015). Works in place."""

    param = "elu_param"
    source = "src/caffe/layers/elu_layer.cpp"
