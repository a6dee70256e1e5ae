from __future__ import annotations

from protogen.layers._convolution import BaseConvolution
from protogen.schema import register


@register
class DepthwiseConvolution(BaseConvolution):
    """A Convolution that is fast on a GPU if it has one filter per channel.

    Otherwise it is an ordinary Convolution, so ``group`` must be written.
    """

    source = "yonghenglh6/DepthwiseConvolution: caffe/src/caffe/layers/depthwise_conv_layer.cpp"
    formula = "trunc((size + 2*pad - (dilation*(kernel_size-1)+1)) / stride) + 1"
    unmarked_forks = ("dwconv", "eric612", "tengine", "ncnn")
