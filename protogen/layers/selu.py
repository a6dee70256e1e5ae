from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class SeLu(LayerSchema):
    """x above zero and alpha * (exp(x) - 1) below, both times lambda: keeps mean and variance.

    So written in soeaver's nets, whose own source is not public; Synopsys' fork has it as SeLU.
    (Klambauer et al. 2017)
    """

    source = "foss-for-synopsys-dwc-arc-processors/synopsys-caffe: src/caffe/layers/selu_layer.cpp"
    forks = ("soeaver",)
