"""ResNet-101 and ResNet-152 as backbones of a detector."""

from __future__ import annotations

from typing import Any

from protogen.netspec.model_libs._blocks import ConvBNLayer, ResBody
from protogen.netspec.net_spec import NetSpec, layers
from protogen.proto import PoolingParameter

__all__ = ["ResNet101Body", "ResNet152Body"]


def ResNet101Body(  # noqa: N802
    net: NetSpec,
    from_layer: str,
    use_pool5: bool = True,
    use_dilation_conv5: bool = False,
    **bn_param: Any,
) -> NetSpec:
    """Add ResNet-101 from conv1 on; with ``use_dilation_conv5`` conv5 keeps the resolution."""
    _add_resnet(net, from_layer, (4, 23), use_dilation_conv5, bn_param)
    return _with_pool5(net, use_pool5)


def ResNet152Body(  # noqa: N802
    net: NetSpec,
    from_layer: str,
    use_pool5: bool = True,
    use_dilation_conv5: bool = False,
    **bn_param: Any,
) -> NetSpec:
    """Add ResNet-152 from conv1 on; with ``use_dilation_conv5`` conv5 keeps the resolution."""
    _add_resnet(net, from_layer, (8, 36), use_dilation_conv5, bn_param)
    return _with_pool5(net, use_pool5)


def _add_resnet(
    net: NetSpec,
    from_layer: str,
    numbers: tuple[int, int],
    use_dilation_conv5: bool,
    bn_param: dict[str, Any],
) -> None:
    """Add conv1 to conv5; ``numbers`` are the blocks of conv3 and conv4."""
    ConvBNLayer(
        net,
        from_layer,
        "conv1",
        use_bn=True,
        use_relu=True,
        num_output=64,
        kernel_size=7,
        pad=3,
        stride=2,
        bn_prefix="bn_",
        bn_postfix="",
        scale_prefix="scale_",
        scale_postfix="",
        **bn_param,
    )
    net["pool1"] = layers.Pooling(net["conv1"], pool=PoolingParameter.MAX, kernel_size=3, stride=2)
    third, fourth = numbers
    # Blocks have letters in short stages, and numbers in long ones, as in the published nets.
    below = _add_blocks(net, "pool1", ["2a", "2b", "2c"], 64, 1, 1, bn_param)
    names = ["3a", *(f"3b{index}" for index in range(1, third))]
    below = _add_blocks(net, below, names, 128, 2, 1, bn_param)
    names = ["4a", *(f"4b{index}" for index in range(1, fourth))]
    below = _add_blocks(net, below, names, 256, 2, 1, bn_param)
    # With dilation 2 and without the stride, each element sees as much as before.
    stride, dilation = (1, 2) if use_dilation_conv5 else (2, 1)
    _add_blocks(net, below, ["5a", "5b", "5c"], 512, stride, dilation, bn_param)


def _add_blocks(
    net: NetSpec,
    below: str,
    names: list[str],
    channels: int,
    stride: int,
    dilation: int,
    bn_param: dict[str, Any],
) -> str:
    """Add the bottlenecks of a stage, the first one with the stride; return the last one's name."""
    for index, name in enumerate(names):
        # Only the first bottleneck changes the shape, so only its shortcut needs a convolution.
        ResBody(
            net,
            below,
            name,
            out2a=channels,
            out2b=channels,
            out2c=4 * channels,
            stride=1 if index else stride,
            use_branch1=not index,
            dilation=dilation,
            **bn_param,
        )
        below = f"res{name}"
    return below


def _with_pool5(net: NetSpec, use_pool5: bool) -> NetSpec:
    if use_pool5:
        net["pool5"] = layers.Pooling(net["res5c"], pool=PoolingParameter.AVE, global_pooling=True)
    return net
