from __future__ import annotations

from protogen import proto
from protogen.layers._convolution import BaseConvolution
from protogen.schema import Context, register


@register
class Convolution(BaseConvolution):
    """Slide ``num_output`` learned filters over the bottom and add a bias.

    With ``kernel_size: 1`` it maps each pixel separately: an InnerProduct over the channels that
    leaves height and width unchanged. Forks add the last bottom to the top, as an Eltwise would:
    OpenCL's with ``fuse_type: FUSED_CONV_ELTWISE_RELU``, another with ``is_eltwise_sum``.
    """

    reads_bottom_while_writing = True
    source = "src/caffe/layers/conv_layer.cpp"
    formula = "trunc((size + 2*pad - (dilation*(kernel_size-1)+1)) / stride) + 1"

    def unpaired_bottoms(self, layer: proto.LayerParameter) -> int:
        p = layer.convolution_param
        fused = p.fuse_type == proto.ConvolutionParameter.FUSED_CONV_ELTWISE_RELU
        return 1 if fused or p.is_eltwise_sum else 0

    def check_bottoms(self, ctx: Context) -> None:
        if not self.unpaired_bottoms(ctx.layer):
            super().check_bottoms(ctx)
