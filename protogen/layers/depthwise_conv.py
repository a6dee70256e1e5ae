from __future__ import annotations

from protogen.layers._depthwise import Depthwise
from protogen.schema import register


@register
class DepthwiseConv(Depthwise):
    """Slide a separate filter over each channel: MNN's name for ConvolutionDepthwise.

    A Convolution with ``group`` equal to the number of channels computes the same in any Caffe.
    """

    source = "alibaba/MNN: tools/converter/source/caffe"
    unmarked_forks = ("mnn",)
