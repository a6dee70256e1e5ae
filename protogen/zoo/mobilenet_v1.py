"""MobileNet v1: separable convolutions."""

from __future__ import annotations

from typing import Any

from protogen import layers as L
from protogen.compose import blocks
from protogen.zoo._form import Form, head
from protogen.zoo._network import network
from protogen.zoo._parts import Naming, conv_bn, scaled

_NAMING = Naming("{}/bn", "{}/scale", "relu{stem}")

#: How the published weights want their images: without the mean, and close to one.
PREPARATION: dict[str, Any] = {"mean_value": (103.94, 116.78, 123.68), "scale": 0.017}

#: The channels of each block, and whether it halves the image.
BLOCKS = {
    "conv2_1": (64, False),
    "conv2_2": (128, True),
    "conv3_1": (128, False),
    "conv3_2": (256, True),
    "conv4_1": (256, False),
    "conv4_2": (512, True),
    "conv5_1": (512, False),
    "conv5_2": (512, False),
    "conv5_3": (512, False),
    "conv5_4": (512, False),
    "conv5_5": (512, False),
    "conv5_6": (1024, True),
    "conv6": (1024, False),
}


@network(
    "mobilenet-v1",
    (112, 4_231_976, 21_915, 568_740_352),
    title="MOBILENET",
    paper=(
        'Howard et al. 2017, "MobileNets: Efficient Convolutional Neural Networks for Mobile'
        ' Vision Applications", Table 1'
    ),
    solver="mobilenet",
    source="shicai/MobileNet-Caffe: mobilenet_deploy.prototxt",
)
def mobilenet_v1(form: Form, *, classes: int = 1000, size: int = 224, width: float = 1.0) -> None:
    """Thirteen separable convolutions, with ``width`` times the channels."""
    x = form.image(size, batches=(64, 50), mirror=True, crop_size=size, **PREPARATION)
    first = scaled(32, width)
    x = conv_bn(x, "conv1", _NAMING, num_output=first, kernel_size=3, pad=1, stride=2)
    # The width multiplier of section 3.3.
    for name, (channels, halves) in BLOCKS.items():
        x = blocks.depthwise_separable(
            x, num_output=scaled(channels, width), stride=2 if halves else 1, name=name
        )
    x = L.Pooling(x, name="pool6", pool="AVE", global_pooling=True)
    # A 1x1 convolution of a 1x1 image is an inner product.
    fc7 = head("fc7", classes, 1000)
    form.classify(
        L.Convolution(x, name=fc7, num_output=classes, kernel_size=1),
        accuracy={"accuracy": 1, "accuracy_top5": 5},
    )
