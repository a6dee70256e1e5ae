"""VGG with 16 and with 19 layers that learn."""

from __future__ import annotations

from typing import Literal

from protogen import fillers
from protogen import layers as L
from protogen.compose import blocks
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, head
from protogen.zoo._network import network
from protogen.zoo._parts import BIAS_TWICE

_PAPER = (
    "Simonyan & Zisserman 2014,"
    ' "Very Deep Convolutional Networks for Large-Scale Image Recognition", Table 1'
)

#: The channels of each stage, and its number of convolutions by the depth of the net.
# The depths are those of the columns D and E.
STAGES = {64: (2, 2), 128: (2, 2), 256: (3, 4), 512: (3, 4)}


@network(
    "vgg16",
    (40, 138_357_544, 0, 15_470_264_320),
    title="VGG_ILSVRC_16_layers",
    paper=_PAPER,
    solver="vgg",
    source="binLearning/caffe_toolkit: VGGNet/vgg_16_deploy.prototxt",
    depth=16,
)
@network(
    "vgg19",
    (46, 143_667_240, 0, 19_632_062_464),
    title="VGG_ILSVRC_19_layers",
    paper=_PAPER,
    solver="vgg",
    source="binLearning/caffe_toolkit: VGGNet/vgg_19_deploy.prototxt",
    depth=19,
)
def vgg(form: Form, *, classes: int = 1000, size: int = 224, depth: Literal[16, 19] = 16) -> None:
    """3x3 convolutions in five stages, each with a pooling, and three inner products."""
    x = form.image(size, batches=(64, 50), mirror=True, crop_size=size)
    x = stages(x, depth)
    # fc6 alone has 25,088 * 4,096 weights, three quarters of all in VGG-16.
    for number in (6, 7):
        x = L.InnerProduct(
            x,
            name=f"fc{number}",
            num_output=4096,
            param=BIAS_TWICE,
            weight_filler=fillers.gaussian(std=0.005),
            bias_filler=fillers.constant(0.1),
        )
        L.ReLU(x, name=f"relu{number}", in_place=True)
        L.Dropout(x, name=f"drop{number}", in_place=True, dropout_ratio=0.5)
    x = L.InnerProduct(
        x,
        name=head("fc8", classes, 1000),
        num_output=classes,
        param=BIAS_TWICE,
        weight_filler=fillers.gaussian(std=0.01),
    )
    form.classify(x, accuracy={"accuracy": 1, "accuracy_top5": 5})


def stages(x: Blob, depth: int = 16, pools: int = 5, first_pad: int = 1) -> Blob:
    """The five stages of convolutions: (N, 3, H, W) becomes (N, 512, H / 32, W / 32), rounded up.

    ``pools`` is how many of the stages have a pooling, and ``first_pad`` the pad of conv1_1.
    """
    channels = [*STAGES, 512]
    # The fifth stage has the channels of the fourth.
    for stage, width in enumerate(channels, start=1):
        for number in range(1, STAGES[width][depth == 19] + 1):
            x = blocks.conv_relu(
                x,
                name=f"conv{stage}_{number}",
                num_output=width,
                kernel_size=3,
                pad=first_pad if (stage, number) == (1, 1) else 1,
                param=BIAS_TWICE,
            )
        if stage <= pools:
            x = L.Pooling(x, name=f"pool{stage}", pool="MAX", kernel_size=2, stride=2)
    return x
