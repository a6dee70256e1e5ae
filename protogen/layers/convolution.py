from __future__ import annotations

from protogen.layers._convolution import BaseConvolution
from protogen.schema import register


@register
class Convolution(BaseConvolution):
    """Slide ``num_output`` learned filters over the bottom and add a bias.

    With ``kernel_size: 1`` it maps each pixel separately: an InnerProduct over the channels that
    leaves height and width unchanged.
    """

    reads_bottom_while_writing = True
    source = "src/caffe/layers/conv_layer.cpp"
    formula = "trunc((size + 2*pad - (dilation*(kernel_size-1)+1)) / stride) + 1"
