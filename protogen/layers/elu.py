from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class ELU(LayerSchema):
    """x if positive, else alpha * (exp(x) - 1) (Clevert et al. 2015). Works in place."""

    param = "elu_param"
    elementwise = True
    # Below zero, the gradient is top + alpha.
    reads_top = True
    source = "src/caffe/layers/elu_layer.cpp"
