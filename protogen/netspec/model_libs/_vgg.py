"""VGG-16 and ZF as backbones of a detector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.netspec.model_libs._blocks import freeze, plain_convolution, require_layer
from protogen.netspec.net_spec import NetSpec, layers
from protogen.proto import LRNParameter, PoolingParameter

__all__ = ["VGGNetBody", "ZFNetBody"]

#: The channels and the number of convolutions of the first four stages of VGG-16.
_VGG_STAGES = ((64, 2), (128, 2), (256, 3), (512, 3))


def VGGNetBody(  # noqa: N802
    net: NetSpec, from_layer: str, need_fc: bool = True, fully_conv: bool = False,
    reduced: bool = False, dilated: bool = False, nopool: bool = False, dropout: bool = True,
    freeze_layers: Sequence[str] = (), dilate_pool4: bool = False,
) -> NetSpec:  # fmt: skip
    """Add VGG-16 from conv1_1 on; with ``fully_conv`` fc6 and fc7 are convolutions.

    ``reduced`` makes them smaller, ``dilated`` keeps the resolution of conv5, ``nopool`` replaces
    the poolings by convolutions with stride 2, ``dilate_pool4`` dilates conv5 instead of pooling.
    """
    require_layer(net, from_layer)
    below, dilation = from_layer, 1
    for stage, (channels, number) in enumerate(_VGG_STAGES, start=1):
        below = _add_stage(net, below, stage, channels, number)
        if nopool:
            below = _add_pooling_convolution(net, below, stage, number, channels, 2)
            continue
        pool = {"kernel_size": 2, "stride": 2}
        # This pooling keeps the size. The next stage is dilated, so that it sees as much as before.
        if stage == 4 and dilate_pool4:
            pool, dilation = {"kernel_size": 3, "stride": 1, "pad": 1}, 2
        below = _add_pool(net, below, f"pool{stage}", **pool)
    below = _add_stage(net, below, 5, 512, 3, dilation=dilation, pad=dilation)
    if need_fc:
        below = _add_last_pool(net, below, nopool, dilated)
        fc6 = _fc6_of_vgg(reduced, dilated, dilation) if fully_conv else {}
        _add_classifier(net, below, fc6, reduced, dropout)
    freeze(net, freeze_layers)
    return net


def _add_last_pool(net: NetSpec, below: str, nopool: bool, dilated: bool) -> str:
    if nopool:
        stride = 1 if dilated else 2
        return _add_pooling_convolution(net, below, 5, 3, 512, stride)
    if dilated:
        return _add_pool(net, below, "pool5", pad=1, kernel_size=3, stride=1)
    return _add_pool(net, below, "pool5", kernel_size=2, stride=2)


def _fc6_of_vgg(reduced: bool, dilated: bool, dilation: int) -> dict[str, int]:
    """The window of fc6. SSD has the reduced, dilated one: 3x3 with dilation 6."""
    if reduced:
        kernel, channels = 3, 1024
        dilation *= 6 if dilated else 3
    else:
        kernel, channels = 7, 4096
        dilation *= 2 if dilated else 1
    # Half of what the window spans beyond its first element: the top keeps the size.
    pad = dilation * (kernel - 1) // 2
    return {"num_output": channels, "pad": pad, "kernel_size": kernel, "dilation": dilation}


def _add_stage(
    net: NetSpec, below: str, stage: int, channels: int, number: int, **window: int
) -> str:
    """Add convolutions with their ReLUs; return the name of the last one."""
    window.setdefault("pad", 1)
    for index in range(1, number + 1):
        conv, relu = f"conv{stage}_{index}", f"relu{stage}_{index}"
        net[conv] = layers.Convolution(
            net[below], num_output=channels, kernel_size=3, **window, **plain_convolution()
        )
        net[relu] = layers.ReLU(net[conv], in_place=True)
        below = relu
    return below


def _add_pool(net: NetSpec, below: str, name: str, **window: int) -> str:
    net[name] = layers.Pooling(net[below], pool=PoolingParameter.MAX, **window)
    return name


def _add_pooling_convolution(
    net: NetSpec, below: str, stage: int, number: int, channels: int, stride: int
) -> str:
    """Add the convolution that replaces a pooling."""
    name = f"conv{stage}_{number + 1}"
    net[name] = layers.Convolution(
        net[below], num_output=channels, pad=1, kernel_size=3, stride=stride, **plain_convolution()
    )
    return name


def _add_classifier(
    net: NetSpec, below: str, fc6: dict[str, Any], reduced: bool, dropout: bool
) -> None:
    """Add fc6 and fc7: convolutions if ``fc6`` is given, or else fully connected."""
    # The functions of the forks ignore that fc7 is reduced if it is fully connected.
    fc7_channels = 1024 if reduced and fc6 else 4096
    for name, channels in (("6", 4096), ("7", fc7_channels)):
        fc, relu = f"fc{name}", f"relu{name}"
        if not fc6:
            net[fc] = layers.InnerProduct(net[below], num_output=channels)
        else:
            window = fc6 if name == "6" else {"num_output": channels, "kernel_size": 1}
            net[fc] = layers.Convolution(net[below], **window, **plain_convolution())
        net[relu] = layers.ReLU(net[fc], in_place=True)
        if dropout:
            net[f"drop{name}"] = layers.Dropout(net[relu], dropout_ratio=0.5, in_place=True)
        # The blob is the same, in place, and the forks name the ReLU.
        below = relu


def ZFNetBody(  # noqa: N802
    net: NetSpec, from_layer: str, need_fc: bool = True, fully_conv: bool = False,
    reduced: bool = False, dilated: bool = False, dropout: bool = True, need_fc8: bool = False,
    freeze_layers: Sequence[str] = (),
) -> NetSpec:  # fmt: skip
    """Add ZF from conv1 on; the options are those of `VGGNetBody`, and ``need_fc8`` adds fc8.

    (source: Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks")
    """
    require_layer(net, from_layer)
    below = from_layer
    for stage, channels, kernel in ((1, 96, 7), (2, 256, 5)):
        window = {"num_output": channels, "pad": kernel // 2, "kernel_size": kernel, "stride": 2}
        below = _add_convolution(net, below, stage, window)
        norm = _add_norm(net, below, stage)
        below = _add_pool(net, norm, f"pool{stage}", pad=1, kernel_size=3, stride=2)
    for stage, channels in ((3, 384), (4, 384), (5, 256)):
        window = {"num_output": channels, "pad": 1, "kernel_size": 3}
        below = _add_convolution(net, below, stage, window)
    if need_fc:
        stride = 1 if dilated else 2
        below = _add_pool(net, below, "pool5", pad=1, kernel_size=3, stride=stride)
        fc6 = _fc6_of_zf(reduced, dilated) if fully_conv else {}
        _add_classifier(net, below, fc6, reduced, dropout)
    if need_fc8:
        _add_fc8(net, fully_conv)
    freeze(net, freeze_layers)
    return net


def _add_convolution(net: NetSpec, below: str, stage: int, window: dict[str, int]) -> str:
    conv, relu = f"conv{stage}", f"relu{stage}"
    net[conv] = layers.Convolution(net[below], **window, **plain_convolution())
    net[relu] = layers.ReLU(net[conv], in_place=True)
    return relu


def _add_norm(net: NetSpec, below: str, stage: int) -> str:
    norm = f"norm{stage}"
    net[norm] = layers.LRN(
        net[below],
        local_size=3,
        alpha=0.00005,
        beta=0.75,
        norm_region=LRNParameter.WITHIN_CHANNEL,
        engine=LRNParameter.CAFFE,
    )
    return norm


def _fc6_of_zf(reduced: bool, dilated: bool) -> dict[str, int]:
    """The window of fc6, with which the top keeps the size, or nearly."""
    pad = 5 if dilated else 2
    if reduced:
        dilation = 5 if dilated else 2
        return {"num_output": 1024, "pad": pad, "kernel_size": 3, "dilation": dilation}
    fc6 = {"num_output": 4096, "pad": pad, "kernel_size": 6}
    return {**fc6, "dilation": 2} if dilated else fc6


def _add_fc8(net: NetSpec, fully_conv: bool) -> None:
    # Whatever came last: the dropout, the ReLU of fc7, or conv5 without fc6 and fc7.
    below = list(net)[-1]
    if fully_conv:
        net["fc8"] = layers.Convolution(
            net[below], num_output=1000, kernel_size=1, **plain_convolution()
        )
    else:
        net["fc8"] = layers.InnerProduct(net[below], num_output=1000)
    net["prob"] = layers.Softmax(net["fc8"])
