from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class BNLL(LayerSchema):
    """The binomial normal log likelihood, a smooth ReLU: log(1 + exp(x)). Works in place."""

    elementwise = True
    # The gradient is the sigmoid of the bottom.
    reads_bottom_in_backward = True
    source = "src/caffe/layers/bnll_layer.cpp"
