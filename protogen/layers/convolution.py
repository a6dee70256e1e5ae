from __future__ import annotations

from protogen.layers._convolution import BaseConvolution
from protogen.schema import register


@register
class Convolution(BaseConvolution):
    """Slide ``num_output`` learned filters over the bottom and add a bias.

    With ``kernel_size: 1`` every pixel is mapped on its own: an InnerProduct over the channels,
    which mixes them and leaves height and width alone.
    """

    source = "src/caffe/layers/conv_layer.cpp"
    formula = "trunc((size + 2*pad - (dilation*(kernel_size-1)+1)) / stride) + 1"
