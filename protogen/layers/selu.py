from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class SeLu(LayerSchema):
    """lambda * x if positive, else lambda * alpha * (exp(x) - 1): keeps the mean and variance.

    The spelling is that of soeaver's nets, whose source code is not public; Synopsys' fork calls it
    SeLU.  (source: Klambauer et al. 2017)
    """

    elementwise = True
    source = "foss-for-synopsys-dwc-arc-processors/synopsys-caffe: src/caffe/layers/selu_layer.cpp"
    unmarked_forks = ("soeaver",)
