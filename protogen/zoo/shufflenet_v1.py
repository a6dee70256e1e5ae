"""ShuffleNet v1: grouped 1x1 convolutions, between which the channels are shuffled."""

from __future__ import annotations

from typing import Any

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form
from protogen.zoo._network import network
from protogen.zoo._parts import Naming, bn_relu, conv_bn
from protogen.zoo._shuffle import depthwise, shuffle

_NAMING = Naming("{}_bn", "{}_scale", "{}_relu")

#: The channels of each stage, by the number of groups. (source: the paper's Table 1)
_CHANNELS = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}


@network(
    "shufflenet-v1",
    (218, 1_814_734, 23_785, 127_061_304),
    title="shufflenet",
    paper=(
        'Zhang et al. 2017, "ShuffleNet: An Extremely Efficient Convolutional Neural Network for'
        ' Mobile Devices", Table 1'
    ),
    solver="shufflenet",
    source="farmingyard/ShuffleNet: shufflenet_1x_g3_deploy.prototxt",
    needs=("ConvolutionDepthwise", "ShuffleChannel"),
)
def shufflenet_v1(form: Form, *, classes: int = 1000, size: int = 224, plain: bool = False) -> None:
    """Sixteen units of 1x1, depthwise 3x3 and 1x1 convolutions, with three groups."""
    groups = 3
    x = form.image(size, batches=(64, 50), mirror=True, crop_size=size)
    x = conv_bn(x, "conv1", _NAMING, num_output=24, kernel_size=3, pad=1, stride=2)
    x = L.Pooling(x, name="pool1", pool="MAX", kernel_size=3, stride=2)
    number = 0
    # Table 1: three stages, each with twice the channels of the one before it.
    for stage, units in enumerate((4, 8, 4)):
        channels = _CHANNELS[groups] * 2**stage
        for index in range(units):
            number += 1
            x = _unit(x, number, channels, groups, index == 0, plain)
    x = L.Pooling(x, name="pool_ave", pool="AVE", global_pooling=True)
    scores = L.Convolution(x, name=f"fc{classes}", num_output=classes, kernel_size=1)
    form.classify(scores, prob=None)


def _unit(bottom: Blob, number: int, channels: int, groups: int, halves: bool, plain: bool) -> Blob:
    """A unit; one that halves the image is concatenated to a pooling of what it reads."""
    assert bottom.shape is not None
    name = f"resx{number}"
    added = bottom
    num_output = channels
    if halves:
        added = L.Pooling(bottom, name=f"{name}_match_conv", pool="AVE", kernel_size=3, stride=2)
        num_output -= bottom.shape[1] or 0
    # Section 3.3: a quarter of the channels inside, as in the bottlenecks of ResNet.
    # The first unit reads only 24 channels: they are one group.
    inner: dict[str, Any] = {"num_output": num_output // 4, "kernel_size": 1}
    inner["group"] = None if number == 1 else groups
    x = conv_bn(bottom, f"{name}_conv1", _NAMING, **inner)
    if number > 1:
        x = shuffle(x, f"shuffle{number}", groups, plain)
    # No ReLU after the depthwise convolution, as in Xception.
    x = depthwise(x, f"{name}_conv2", plain, stride=2 if halves else None)
    x = bn_relu(x, _NAMING.of(f"{name}_conv2"), relu=False, in_place=True)
    outer: dict[str, Any] = {"num_output": num_output, "kernel_size": 1, "group": groups}
    x = conv_bn(x, f"{name}_conv3", _NAMING, relu=False, **outer)
    if halves:
        top: Blob = L.Concat(added, x, name=f"{name}_concat")
    else:
        top = L.Eltwise(added, x, name=f"{name}_elewise")
    L.ReLU(top, name=f"{top.name}_relu", in_place=True)
    return top
