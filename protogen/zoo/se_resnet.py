"""SE-ResNet: residual blocks that weight their channels by squeeze and excitation."""

from __future__ import annotations

from typing import Any, Literal

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, head
from protogen.zoo._network import Registration, network
from protogen.zoo._parts import Naming, average, conv_bn
from protogen.zoo.resnet import BLOCKS

_PAPER = 'Hu et al. 2017, "Squeeze-and-Excitation Networks"'

_NAMING = Naming("{}/bn", "{}/bn/scale", "{}/relu")


def _published(depth: int, *figures: int) -> Registration:
    layers, weights, statistics, macs = figures
    return network(
        f"se-resnet{depth}",
        (layers, weights, statistics, macs),
        title=f"SE-ResNet-{depth}",
        paper=_PAPER,
        solver="resnet",
        source=f"hujie-frank/SENet: models/SE-ResNet-{depth}.prototxt",
        needs=("Axpy",),
        depth=depth,
    )


@_published(50, 309, 28_088_024, 53_173, 3_860_488_192)
@_published(101, 615, 49_326_872, 105_448, 7_574_937_600)
@_published(152, 921, 66_821_848, 151_579, 11_288_993_792)
def se_resnet(
    form: Form,
    *,
    classes: int = 1000,
    size: int = 224,
    depth: Literal[50, 101, 152] = 50,
    reduction: int = 16,
    plain: bool = False,
) -> None:
    """ResNet whose blocks scale each channel; ``plain`` replaces Axpy by layers of BVLC Caffe."""
    x = form.image(size, batches=(32, 25), mirror=True, crop_size=size)
    x = conv_bn(
        x,
        "conv1/7x7_s2",
        _NAMING._replace(relu="conv1/relu_7x7_s2"),
        num_output=64,
        kernel_size=7,
        pad=3,
        stride=2,
    )
    x = L.Pooling(x, name="pool1/3x3_s2", pool="MAX", kernel_size=3, stride=2)
    for stage, number in enumerate(BLOCKS[depth], start=2):
        for index in range(1, number + 1):
            x = _block(
                x,
                f"conv{stage}_{index}",
                num_output=256 * 2 ** (stage - 2),
                stride=2 if stage > 2 and index == 1 else 1,
                reduction=reduction,
                shortcut=index == 1,
                plain=plain,
            )
    x = average(x, "pool5/7x7_s1")
    scores = L.InnerProduct(x, name=head("classifier", classes, 1000), num_output=classes)
    form.classify(scores)


def _block(
    bottom: Blob,
    name: str,
    *,
    num_output: int,
    stride: int,
    reduction: int,
    shortcut: bool,
    plain: bool,
) -> Blob:
    """A residual block with a weight for each of its channels."""

    def branch(x: Blob, suffix: str, **keywords: Any) -> Blob:
        return conv_bn(x, f"{name}_{suffix}", _NAMING, **keywords)

    inner = num_output // 4
    # This 1x1 halves the image, as in ResNet; in ResNeXt it is the 3x3.
    x = branch(bottom, "1x1_reduce", num_output=inner, kernel_size=1, stride=stride)
    x = branch(x, "3x3", num_output=inner, kernel_size=3, pad=1)
    x = branch(x, "1x1_increase", num_output=num_output, kernel_size=1, relu=False)
    weights = excitation(x, name, num_output, reduction)
    added = bottom
    if shortcut:
        added = branch(
            bottom, "1x1_proj", num_output=num_output, kernel_size=1, stride=stride, relu=False
        )
    # One layer of the fork for what takes three of BVLC Caffe.
    top = axpy(weights, x, added, name, plain)
    L.ReLU(top, name=f"{name}/relu", in_place=True)
    return top


def excitation(bottom: Blob, name: str, channels: int, reduction: int) -> Blob:
    """A weight for each channel: (N, C, H, W) becomes (N, C, 1, 1)."""
    x = L.Pooling(bottom, name=f"{name}_global_pool", pool="AVE", global_pooling=True)
    # The paper reduces by r = 16. A 1x1 convolution of a 1x1 image is an inner product.
    x = L.Convolution(x, name=f"{name}_1x1_down", num_output=channels // reduction, kernel_size=1)
    L.ReLU(x, name=f"{name}_1x1_down/relu", in_place=True)
    top: Blob = L.Convolution(x, name=f"{name}_1x1_up", num_output=channels, kernel_size=1)
    L.Sigmoid(top, name=f"{name}_prob", in_place=True)
    return top


def axpy(weights: Blob, x: Blob, y: Blob, name: str, plain: bool) -> Blob:
    """Add a layer with ``weights * x + y``, or the same in three layers of BVLC Caffe."""
    if not plain:
        top: Blob = L.Axpy(weights, x, y, name=name)
        return top
    # Scale takes its second bottom without axes of size 1: (N, C).
    flat = L.Flatten(weights, name=f"{name}_weights")
    scaled = L.Scale(x, flat, name=f"{name}_scaled", axis=0)
    added: Blob = L.Eltwise(scaled, y, name=name)
    return added
