from __future__ import annotations

from protogen.layers._depthwise import Depthwise
from protogen.schema import register


@register
class ConvolutionDepthwise(Depthwise):
    """Slide a separate filter over each channel; ``group`` may be omitted.

    A Convolution with ``group`` equal to the number of channels computes the same in any Caffe.
    """

    source = "Cambricon/caffe: src/caffe/layers/conv_depthwise_layer.cpp"
    unmarked_forks = ("cambricon", "soeaver", "shufflenet")
