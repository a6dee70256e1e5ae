"""ResNeXt: residual blocks whose 3x3 convolutions have 32 groups."""

from __future__ import annotations

from typing import Any, Literal

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, head
from protogen.zoo._network import network
from protogen.zoo._parts import average, conv_bn
from protogen.zoo.resnet import BLOCKS, NAMING, block_names

_PAPER = 'Xie et al. 2016, "Aggregated Residual Transformations for Deep Neural Networks"'


@network(
    "resnext50",
    (229, 25_028_904, 68_277, 4_230_479_872),
    title="ResNeXt-50",
    paper=_PAPER,
    solver="resnet",
    source="binLearning/caffe_toolkit: ResNeXt/resnext_50_deploy.prototxt",
    depth=50,
)
@network(
    "resnext101",
    (450, 44_177_704, 137_960, 7_969_996_800),
    title="ResNeXt-101",
    paper=_PAPER,
    solver="resnet",
    source="binLearning/caffe_toolkit: ResNeXt/resnext_101_deploy.prototxt",
    depth=101,
)
def resnext(
    form: Form,
    *,
    classes: int = 1000,
    size: int = 224,
    depth: Literal[50, 101, 152] = 50,
    groups: int = 32,
    width: int = 4,
) -> None:
    """ResNet with ``groups`` paths in each block, each of ``width`` channels in the first stage."""
    x = form.image(size, batches=(32, 25), mirror=True, crop_size=size)
    # BatchNorm subtracts the mean, so that a bias would have no effect.
    x = L.Convolution(
        x, name="conv1", num_output=64, kernel_size=7, pad=3, stride=2, bias_term=False
    )
    L.BatchNorm(x, name="bn_conv1", in_place=True)
    L.Scale(x, name="scale_conv1", in_place=True, bias_term=True)
    L.ReLU(x, name="conv1_relu", in_place=True)
    # Without a pad: Caffe rounds up, so that 112 becomes 56.
    x = L.Pooling(x, name="pool1", pool="MAX", kernel_size=3, stride=2)
    for stage, names in enumerate(block_names(BLOCKS[depth], lettered=4), start=2):
        for index, name in enumerate(names):
            x = _block(
                x,
                f"res{stage}{name}",
                # Table 1: 32 paths of 4 channels, 128 together in the first stage.
                inner=groups * width * 2 ** (stage - 2),
                outer=256 * 2 ** (stage - 2),
                stride=2 if stage > 2 and index == 0 else 1,
                groups=groups,
                shortcut=index == 0,
            )
    x = average(x, "pool5")
    form.classify(L.InnerProduct(x, name=head("fc6", classes, 1000), num_output=classes))


def _block(
    bottom: Blob, name: str, *, inner: int, outer: int, stride: int, groups: int, shortcut: bool
) -> Blob:
    """A residual block; ``shortcut`` is whether its shortcut is a convolution."""

    def branch(x: Blob, suffix: str, **keywords: Any) -> Blob:
        return conv_bn(x, f"{name}_branch{suffix}", NAMING, **keywords)

    x = branch(bottom, "2a", num_output=inner, kernel_size=1)
    # The 3x3 halves the image; in ResNet it is the 1x1 before it.
    x = branch(x, "2b", num_output=inner, kernel_size=3, pad=1, stride=stride, group=groups)
    x = branch(x, "2c", num_output=outer, kernel_size=1, relu=False)
    added = bottom
    if shortcut:
        added = branch(bottom, "1", num_output=outer, kernel_size=1, stride=stride, relu=False)
    top: Blob = L.Eltwise(added, x, name=name)
    L.ReLU(top, name=f"{name}_relu", in_place=True)
    return top
