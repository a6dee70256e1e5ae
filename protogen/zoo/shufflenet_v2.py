"""ShuffleNet v2: half of the channels pass each unit as they are."""

from __future__ import annotations

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form
from protogen.zoo._network import network
from protogen.zoo._parts import Naming, bn_relu, conv_bn
from protogen.zoo._shuffle import depthwise, shuffle

_NAMING = Naming("{}_bn", "{}_scale", "{}_relu")


@network(
    "shufflenet-v2",
    (254, 2_278_604, 16_236, 144_907_992),
    title="shufflenet_v2",
    paper=(
        'Ma et al. 2018, "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture'
        ' Design", Table 5'
    ),
    solver="shufflenet",
    source="farmingyard/ShuffleNet: shufflenet_v2_1x_deploy.prototxt",
    needs=("ConvolutionDepthwise", "ShuffleChannel"),
)
def shufflenet_v2(form: Form, *, classes: int = 1000, size: int = 224, plain: bool = False) -> None:
    """Sixteen units that convolve half of their channels, and shuffle them with the others."""
    x = form.image(size, batches=(64, 50), mirror=True, crop_size=size)
    x = conv_bn(x, "conv1", _NAMING, num_output=24, kernel_size=3, pad=1, stride=2)
    x = L.Pooling(x, name="pool1", pool="MAX", kernel_size=3, stride=2)
    number = 0
    # Table 5, 1x: 116, 232 and 464 channels, of which each unit convolves half.
    for half, units in ((58, 4), (116, 8), (232, 4)):
        for index in range(units):
            number += 1
            x = _unit(x, number, half, index == 0, plain)
    x = conv_bn(x, "conv5", _NAMING, num_output=1024, kernel_size=1)
    x = L.Pooling(x, name="pool_ave", pool="AVE", global_pooling=True)
    scores = L.Convolution(x, name=f"fc{classes}", num_output=classes, kernel_size=1)
    form.classify(scores, prob=None)


def _unit(bottom: Blob, number: int, half: int, halves: bool, plain: bool) -> Blob:
    """A unit; one that halves the image convolves all channels in both branches."""
    name = f"branch{number}"
    if halves:
        left = depthwise(bottom, f"{name}_1_conv1", plain, stride=2)
        left = bn_relu(left, _NAMING.of(f"{name}_1_conv1"), relu=False, in_place=True)
        left = conv_bn(left, f"{name}_1_conv2", _NAMING, num_output=half, kernel_size=1)
        right = bottom
    else:
        left, right = L.Slice(
            bottom, name=f"slice{number}", axis=1, slice_point=half, top=[f"{name}_1", f"{name}_2"]
        )
    right = conv_bn(right, f"{name}_2_conv1", _NAMING, num_output=half, kernel_size=1)
    right = depthwise(right, f"{name}_2_conv2", plain, stride=2 if halves else None)
    right = bn_relu(right, _NAMING.of(f"{name}_2_conv2"), relu=False, in_place=True)
    right = conv_bn(right, f"{name}_2_conv3", _NAMING, num_output=half, kernel_size=1)
    # A Concat instead of a sum: guideline 4, element by element operations take time.
    joined = L.Concat(left, right, name=f"concat{number}")
    return shuffle(joined, f"shuffle{number}", 2, plain)
