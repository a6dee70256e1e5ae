"""Network in Network, for ImageNet and for CIFAR-10."""

from __future__ import annotations

from typing import Any

from protogen import fillers
from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, head
from protogen.zoo._network import network
from protogen.zoo._parts import BIAS_TWICE, average

_PAPER = 'Lin et al. 2013, "Network In Network"'


@network(
    "network-in-network",
    (31, 7_595_176, 0, 1_100_188_800),
    title="nin_imagenet",
    paper=_PAPER,
    source="cwlacewe/netscope@gh-pages: presets/nin.prototxt",
    deviations=(
        "the published file is for training; for deployment a Softmax replaces its last layers",
    ),
)
def network_in_network(form: Form, *, classes: int = 1000, size: int = 224) -> None:
    """Four convolutions, two 1x1 convolutions after each, and an average as the classifier."""
    x = form.image(
        size,
        batches=(64, 89),
        mirror=True,
        crop_size=size,
        mean_file="data/ilsvrc12/imagenet_mean.binaryproto",
    )
    # cccp stands for "cascaded cross channel parametric pooling": a 1x1 convolution.
    x = _convolution(x, "conv1", 0, 96, 0.01, kernel_size=11, stride=4)
    x = _convolution(x, "cccp1", 1, 96)
    x = _convolution(x, "cccp2", 2, 96)
    x = _pool(x, "pool0")
    x = _convolution(x, "conv2", 3, 256, kernel_size=5, pad=2)
    # The published file has no relu4.
    x = _convolution(x, "cccp3", 5, 256)
    x = _convolution(x, "cccp4", 6, 256)
    x = _pool(x, "pool2")
    x = _convolution(x, "conv3", 7, 384, 0.01, kernel_size=3, pad=1)
    x = _convolution(x, "cccp5", 8, 384)
    x = _convolution(x, "cccp6", 9, 384)
    x = _pool(x, "pool3")
    L.Dropout(x, name="drop", in_place=True, dropout_ratio=0.5)
    x = _convolution(x, "conv4-1024", 10, 1024, kernel_size=3, pad=1)
    x = _convolution(x, "cccp7-1024", 11, 1024)
    x = _convolution(x, head("cccp8-1024", classes, 1000), 12, classes, 0.01)
    # Section 3.2: the average of the map of a class is its score.
    form.classify(average(x, "pool4"))


def _convolution(
    bottom: Blob,
    name: str,
    relu: int,
    num_output: int,
    std: float = 0.05,
    *,
    kernel_size: int = 1,
    **keywords: Any,
) -> Blob:
    """A convolution and its ReLU, which has its own number."""
    top: Blob = L.Convolution(
        bottom,
        name=name,
        num_output=num_output,
        kernel_size=kernel_size,
        param=BIAS_TWICE,
        weight_filler=fillers.gaussian(std=std),
        bias_filler=fillers.constant(),
        **keywords,
    )
    L.ReLU(top, name=f"relu{relu}", in_place=True)
    return top


def _pool(bottom: Blob, name: str) -> Blob:
    # Caffe rounds up: 54x54 becomes 27x27.
    pooled: Blob = L.Pooling(bottom, name=name, pool="MAX", kernel_size=3, stride=2)
    return pooled
