from __future__ import annotations

from protogen.layers._convolution import BaseConvolution
from protogen.schema import Context, register


@register
class DeformableConvolution(BaseConvolution):
    """A Convolution whose kernel is moved by the offsets in its second bottom at each place.

    The offsets are the top of another Convolution, with the height and width of the top and two
    channels for each element of the kernel and each ``deformable_group``. ``group`` and
    ``deformable_group`` are 4 by default.  (source: Dai et al. 2017)
    """

    param = "deformable_convolution_param"
    bottoms, tops = 2, 1
    paired = False
    source = "unsky/Deformable-ConvNets-caffe: deformable_conv_cxx/deformable_conv_layer.cpp"
    formula = "(size + 2*pad - dilation*(kernel_size - 1) - 1) / stride + 1"

    def check_bottoms(self, ctx: Context) -> None:
        """The second bottom has the offsets; Caffe does not check its shape."""
