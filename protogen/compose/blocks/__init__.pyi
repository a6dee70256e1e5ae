from protogen.compose.blocks.bottleneck import bottleneck as bottleneck
from protogen.compose.blocks.conv_bn_scale_relu import conv_bn_scale_relu as conv_bn_scale_relu
from protogen.compose.blocks.conv_relu import conv_relu as conv_relu
from protogen.compose.blocks.depthwise_separable import depthwise_separable as depthwise_separable
from protogen.compose.blocks.fire import fire as fire
from protogen.compose.blocks.inception import inception as inception
from protogen.compose.blocks.mlpconv import mlpconv as mlpconv

__all__ = [
    "bottleneck",
    "conv_bn_scale_relu",
    "conv_relu",
    "depthwise_separable",
    "fire",
    "inception",
    "mlpconv",
]
