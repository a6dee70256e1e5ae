from __future__ import annotations

from typing import Any

from protogen.layers._convolution import BaseConvolution
from protogen.layers._windows import deconvolved
from protogen.schema import register


@register
class Deconvolution(BaseConvolution):
    """The transpose of a Convolution: spread each pixel through a filter, which upsamples.

    ``num_output`` is still the number of channels it makes; the weights have the bottom's
    channels first.
    """

    reverse = True
    source = "src/caffe/layers/deconv_layer.cpp"
    formula = "stride*(size-1) + dilation*(kernel_size-1)+1 - 2*pad"

    def slide(self, size: Any, kernel: int, stride: int, pad: int, dilation: int) -> Any:
        return deconvolved(size, kernel, stride, pad, dilation)
