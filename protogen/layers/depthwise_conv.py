from __future__ import annotations

from protogen.layers._depthwise import Depthwise
from protogen.schema import register


@register
class DepthwiseConv(Depthwise):
    """Slide a filter of its own over each channel: MNN's name for ConvolutionDepthwise.

    A Convolution with ``group`` equal to the channels says the same to every Caffe.
    """

    source = "alibaba/MNN: tools/converter/source/caffe"
    forks = ("mnn",)
