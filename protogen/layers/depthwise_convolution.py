from __future__ import annotations

from protogen.layers._convolution import BaseConvolution
from protogen.schema import register


@register
class DepthwiseConvolution(BaseConvolution):
    """A Convolution made fast on a GPU for one filter to each channel.

    It is an ordinary Convolution in all else, so ``group`` has to be written.
    """

    source = "yonghenglh6/DepthwiseConvolution: caffe/src/caffe/layers/depthwise_conv_layer.cpp"
    formula = "trunc((size + 2*pad - (dilation*(kernel_size-1)+1)) / stride) + 1"
    forks = ("dwconv", "eric612", "tengine", "ncnn")
