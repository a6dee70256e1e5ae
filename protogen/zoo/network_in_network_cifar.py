"""Network in Network for CIFAR-100."""

from __future__ import annotations

from typing import Any

from protogen import fillers
from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import CIFAR, Form, head
from protogen.zoo._network import network
from protogen.zoo._parts import BIAS_TWICE, average


@network(
    "network-in-network-cifar",
    (25, 984_356, 0, 223_592_448),
    title="CIFAR10_full",
    paper='Lin et al. 2013, "Network In Network", Section 4',
    source=(
        "forestagostinelli/Learned-Activation-Functions-Source:"
        " examples/cifar100/NIN/baseline/train_test1.prototxt"
    ),
    deviations=(
        "the published file is for training; for deployment a Softmax replaces its last layers",
    ),
)
def network_in_network_cifar(form: Form, *, classes: int = 100, size: int = 32) -> None:
    """Three convolutions, two 1x1 convolutions after each, and an average as the classifier."""
    x = form.image(
        size,
        batches=(100, 100),
        sources=CIFAR,
        mean_file="examples/cifar10/mean.binaryproto",
        mirror=True,
        crop_size=size,
    )
    x = _convolution(x, "conv1", "relu1", 192, kernel_size=5, pad=2)
    x = _convolution(x, "cccp1", "relu_cccp1", 160)
    x = _convolution(x, "cccp2", "relu_cccp2", 96)
    x = L.Pooling(x, name="pool1", pool="MAX", kernel_size=3, stride=2)
    # Section 4.1: a dropout after each of the first two modules.
    x = L.Dropout(x, name="drop3", top="pool1_d", dropout_ratio=0.5)
    x = _convolution(x, "conv2", "relu2", 192, kernel_size=5, pad=2)
    x = _convolution(x, "cccp3", "relu_cccp3", 192)
    x = _convolution(x, "cccp4", "relu_cccp4", 192)
    x = L.Pooling(x, name="pool2", pool="AVE", kernel_size=3, stride=2)
    x = L.Dropout(x, name="drop6", top="pool2_d", dropout_ratio=0.5)
    x = _convolution(x, "conv3", "relu3", 192, kernel_size=3, pad=1)
    x = _convolution(x, "cccp5", "relu_cccp5", 192)
    # The layer with the classes learns ten times as slowly as the others.
    slow = [{"lr_mult": 0.1, "decay_mult": 1}, {"lr_mult": 0.1, "decay_mult": 0}]
    x = _convolution(x, head("cccp6", classes, 100), "relu_cccp6", classes, param=slow)
    form.classify(average(x, "pool3"))


def _convolution(
    bottom: Blob, name: str, relu: str, num_output: int, *, kernel_size: int = 1, **keywords: Any
) -> Blob:
    x: Blob = L.Convolution(
        bottom,
        name=name,
        num_output=num_output,
        kernel_size=kernel_size,
        weight_filler=fillers.gaussian(std=0.05),
        bias_filler=fillers.constant(),
        **{"param": BIAS_TWICE, **keywords},
    )
    L.ReLU(x, name=relu, in_place=True)
    return x
