"""ResNet for CIFAR-10, with 20 to 110 layers that learn."""

from __future__ import annotations

from typing import Any, Literal

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import CIFAR, Form, head
from protogen.zoo._network import Registration, network
from protogen.zoo._parts import BIAS_TWICE, Naming, conv_bn

_LEARNING: dict[str, Any] = {"param": BIAS_TWICE, "bias_term": True}


def _published(depth: int, *figures: int) -> Registration:
    layers, weights, statistics, macs = figures
    return network(
        f"resnet{depth}-cifar",
        (layers, weights, statistics, macs),
        title=f"ResNet-{depth}-CIFAR",
        paper='He et al. 2015, "Deep Residual Learning for Image Recognition", Section 4.2',
        solver="resnet-cifar",
        source=(
            "Coldmooon/Variants-ResNet-Prototxt-Caffe:"
            f" cifar/resnet{depth}_relu_msra_cifar10.prototxt"
        ),
        deviations=(
            "the published file is for training; for deployment a Softmax replaces its last layers",
            "one BatchNorm layer in the place of two, each for a phase",
        ),
        depth=depth,
    )


@_published(20, 95, 293_738, 1_589, 42_910_336)
@_published(32, 149, 488_618, 2_497, 71_221_888)
@_published(44, 203, 683_498, 3_405, 99_533_440)
@_published(56, 257, 878_378, 4_313, 127_844_992)
@_published(110, 500, 1_755_338, 8_399, 255_246_976)
def resnet_cifar(
    form: Form,
    *,
    classes: int = 10,
    size: int = 32,
    depth: Literal[20, 32, 44, 56, 110] = 20,
) -> None:
    """Three stages of residual blocks of two 3x3 convolutions, with 16, 32 and 64 channels."""
    x = form.image(
        size,
        batches=(128, 100),
        sources=CIFAR,
        mean_file="examples/cifar10/mean.binaryproto",
        mirror=True,
    )
    naming = Naming("bn_{}", "scale_{}", "relu_{}")
    x = conv_bn(x, "conv1", naming, num_output=16, kernel_size=3, pad=1, **_LEARNING)
    # Section 4.2: 6 n + 2 layers, n blocks in each stage.
    for channels in (16, 32, 64):
        for index in range(1, (depth - 2) // 6 + 1):
            x = _block(x, f"map{channels}_{index}", channels, channels > 16 and index == 1)
    x = L.Pooling(x, name="pool_global", pool="AVE", global_pooling=True)
    scores = L.InnerProduct(
        x, name=head("score", classes, 10), num_output=classes, param=BIAS_TWICE
    )
    form.classify(scores, accuracy={"acc": 1})


def _block(bottom: Blob, name: str, channels: int, halves: bool) -> Blob:
    """A residual block; one that halves the image has a convolution in its shortcut."""
    stride = 2 if halves else None

    def branch(x: Blob, suffix: str, **keywords: Any) -> Blob:
        naming = Naming(f"{name}_bn_{suffix}", f"{name}_scale_{suffix}", f"{name}_relu_{suffix}")
        return conv_bn(
            x,
            f"{name}_conv_{suffix}",
            naming,
            num_output=channels,
            kernel_size=3,
            pad=1,
            **_LEARNING,
            **keywords,
        )

    added = bottom
    # The paper pads the channels with zeros (option A); the published file convolves.
    if halves:
        added = branch(bottom, "proj", stride=stride, relu=False)
    x = branch(bottom, "a", stride=stride)
    x = branch(x, "b", relu=False)
    top: Blob = L.Eltwise(added, x, name=f"{name}_eltsum")
    L.ReLU(top, name=f"{name}_relu_after_sum", in_place=True)
    return top
