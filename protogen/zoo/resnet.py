"""ResNet for ImageNet, with 18 to 152 layers that learn."""

from __future__ import annotations

from string import ascii_lowercase
from typing import Any, Literal

from protogen import layers as L
from protogen.compose import blocks
from protogen.compose.blob import Blob
from protogen.zoo._form import Form
from protogen.zoo._network import network
from protogen.zoo._parts import Naming, average, conv_bn

_PAPER = 'He et al. 2015, "Deep Residual Learning for Image Recognition", Table 1'

_KAIMING = "KaimingHe/deep-residual-networks: prototxt"

#: The number of blocks in each of the four stages.
BLOCKS = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}

NAMING = Naming("bn{stem}", "scale{stem}", "{}_relu")


@network(
    "resnet18",
    (93, 11_693_736, 9_749, 1_826_918_400),
    title="ResNet-18",
    paper=_PAPER,
    solver="resnet",
    source="HolmesShuan/ResNet-18-Caffemodel-on-ImageNet: deploy.prototxt",
    deviations=(
        "the first block has a convolution in its shortcut, as the file has and the paper has not",
        "without moving_average_fraction, which only training reads",
    ),
    depth=18,
)
@network(
    "resnet34",
    (165, 21_801_896, 17_189, 3_676_606_464),
    title="ResNet-34",
    paper=_PAPER,
    solver="resnet",
    source="cwlacewe/netscope@gh-pages: presets/ResNet-34.prototxt",
    deviations=(
        "the first block has a convolution in its shortcut, as the file has and the paper has not",
    ),
    depth=34,
)
@network(
    "resnet50",
    (229, 25_557_096, 53_173, 3_857_973_248),
    title="ResNet-50",
    paper=_PAPER,
    solver="resnet",
    source=f"{_KAIMING}/ResNet-50-deploy.prototxt",
    depth=50,
)
@network(
    "resnet101",
    (450, 44_549_160, 105_448, 7_570_194_432),
    title="ResNet-101",
    paper=_PAPER,
    solver="resnet",
    source=f"{_KAIMING}/ResNet-101-deploy.prototxt",
    depth=101,
)
@network(
    "resnet152",
    (671, 60_192_808, 151_579, 11_282_415_616),
    title="ResNet-152",
    paper=_PAPER,
    solver="resnet",
    source=f"{_KAIMING}/ResNet-152-deploy.prototxt",
    depth=152,
)
def resnet(
    form: Form,
    *,
    classes: int = 1000,
    size: int = 224,
    depth: Literal[18, 34, 50, 101, 152] = 50,
) -> None:
    """Four stages of residual blocks: of two 3x3 convolutions, or of 1x1, 3x3 and 1x1."""
    x = form.image(size, batches=(32, 25), mirror=True, crop_size=size)
    # The published ResNet-50 alone has a bias in its first convolution.
    x = blocks.conv_bn_scale_relu(
        x, name="conv1", num_output=64, kernel_size=7, pad=3, stride=2, bias_term=depth == 50
    )
    # Without a pad: Caffe rounds up, so that 112 becomes 56 as in the paper.
    x = L.Pooling(x, name="pool1", pool="MAX", kernel_size=3, stride=2)
    for stage, names in enumerate(block_names(BLOCKS[depth]), start=2):
        for index, name in enumerate(names):
            keywords: dict[str, Any] = {
                # The pooling has halved the image before the first stage.
                "stride": 2 if stage > 2 and index == 0 else 1,
                "name": f"res{stage}{name}",
            }
            if depth < 50:
                x = _basic(x, num_output=32 * 2 ** (stage - 1), shortcut=index == 0, **keywords)
            else:
                x = blocks.bottleneck(x, num_output=128 * 2 ** (stage - 1), **keywords)
    x = average(x, "pool5")
    form.classify(
        L.InnerProduct(x, name=f"fc{classes}", num_output=classes),
        accuracy={"accuracy": 1, "accuracy_top5": 5},
    )


def block_names(numbers: tuple[int, ...], lettered: int = 3) -> list[list[str]]:
    """The names of the blocks of each stage: a, b, c, … or, in long stages, a, b1, b2, …

    The deep nets, with a stage of more than 6 blocks, have letters for up to ``lettered`` blocks.
    """
    deep = max(numbers) > 6
    names = []
    for number in numbers:
        if deep and number > lettered:
            names.append(["a", *[f"b{index}" for index in range(1, number)]])
        else:
            names.append(list(ascii_lowercase[:number]))
    return names


def _basic(bottom: Blob, *, num_output: int, stride: int, shortcut: bool, name: str) -> Blob:
    """Two 3x3 convolutions and a shortcut, which is a 1x1 convolution in the first of a stage."""

    def branch(x: Blob, suffix: str, kernel: int = 3, **keywords: Any) -> Blob:
        pad = 1 if kernel == 3 else None
        return conv_bn(
            x,
            f"{name}_branch{suffix}",
            NAMING,
            num_output=num_output,
            kernel_size=kernel,
            pad=pad,
            **keywords,
        )

    added = bottom
    if shortcut:
        added = branch(bottom, "1", 1, stride=stride, relu=False)
    x = branch(bottom, "2a", stride=stride)
    x = branch(x, "2b", relu=False)
    top: Blob = L.Eltwise(added, x, name=name)
    L.ReLU(top, name=f"{name}_relu", in_place=True)
    return top
