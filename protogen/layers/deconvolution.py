from __future__ import annotations

from typing import Any

from protogen.layers._convolution import BaseConvolution
from protogen.schema import register
from protogen.windows import deconvolution_size


@register
class Deconvolution(BaseConvolution):
    """The transpose of a Convolution: spread each pixel through a filter, which upsamples.

    ``num_output`` is still the number of channels of the top; the first axis of the weights is the
    bottom's channels.
    """

    transposed = True
    reads_bottom_while_writing = True
    source = "src/caffe/layers/deconv_layer.cpp"
    formula = "stride*(size-1) + dilation*(kernel_size-1)+1 - 2*pad"

    def output_size(self, size: Any, kernel: int, stride: int, pad: int, dilation: int) -> Any:
        # The gradient of a convolution with respect to its input, so the roles are swapped.
        return deconvolution_size(size, kernel, stride, pad, dilation)
