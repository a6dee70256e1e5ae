from __future__ import annotations

from protogen.layers._depthwise import Depthwise
from protogen.schema import register


@register
class ConvolutionDepthwise(Depthwise):
    """Slide a filter of its own over each channel; ``group`` may be left out.

    A Convolution with ``group`` equal to the channels says the same to every Caffe.
    """

    source = "Cambricon/caffe: src/caffe/layers/conv_depthwise_layer.cpp"
    forks = ("cambricon", "soeaver", "shufflenet")
