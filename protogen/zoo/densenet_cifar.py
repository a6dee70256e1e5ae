"""DenseNet for CIFAR-10."""

from __future__ import annotations

from typing import Any

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.program import reject
from protogen.zoo._form import CIFAR, Form, head
from protogen.zoo._network import network
from protogen.zoo._parts import Naming, bn_relu


@network(
    "densenet40-cifar",
    (236, 1_019_722, 18_135, 264_812_928),
    title="DenseNet-40-CIFAR",
    paper='Huang et al. 2016, "Densely Connected Convolutional Networks", Section 4',
    solver="densenet-cifar",
    source="liuzhuang13/DenseNetCaffe: train_densenet.prototxt",
    deviations=(
        "the published file is for training; for deployment a Softmax replaces its last layers",
        "the data is called data, not Data1",
    ),
)
def densenet_cifar(
    form: Form,
    *,
    classes: int = 10,
    size: int = 32,
    depth: int = 40,
    growth: int = 12,
    dropout: float = 0.2,
) -> None:
    """Three dense blocks of 3x3 convolutions, which add ``growth`` channels each."""
    # The first convolution, two transitions and the classifier are the other four layers.
    number, rest = divmod(depth - 4, 3)
    if rest or number < 1:
        reject(f"depth must be 4 more than a multiple of 3, got {depth}", "")
    mean = "examples/cifar10/mean.binaryproto"
    x = form.image(size, batches=(64, 50), sources=CIFAR, mean_file=mean)
    layers = _Layers(dropout)
    # Section 3: 16 channels before the first block.
    channels = 16
    window: dict[str, Any] = {"kernel_size": 3, "pad": 1}
    x = L.Convolution(x, name="Convolution1", num_output=channels, bias_term=False, **window)
    for block in (1, 2, 3):
        first = (block - 1) * number + 1
        for index in range(first, first + number):
            grown = layers.convolution(x, growth, 3)
            x = L.Concat(x, grown, name=f"Concat{index}")
        channels += number * growth
        # Unlike in a DenseNet-BC, a transition keeps all channels.
        if block < 3:
            x = layers.convolution(x, channels, 1)
            x = L.Pooling(x, name=f"Pooling{block}", pool="AVE", kernel_size=2, stride=2)
    x = layers.normalization(x)
    x = L.Pooling(x, name="Pooling3", pool="AVE", global_pooling=True)
    scores = L.InnerProduct(x, name=head("InnerProduct1", classes, 10), num_output=classes)
    form.classify(scores, loss="SoftmaxWithLoss1", accuracy={"Accuracy1": 1})


class _Layers:
    """The layers of the blocks, numbered as NetSpec numbers them.

    ``dropout`` is 0.2 for images that are not augmented.  (source: section 4.2)
    """

    def __init__(self, dropout: float) -> None:
        self.dropout = dropout
        self.number = 0

    def normalization(self, bottom: Blob) -> Blob:
        self.number += 1
        numbered = [f"{kind}{self.number}" for kind in ("BatchNorm", "Scale", "ReLU")]
        return bn_relu(bottom, Naming(*numbered))

    def convolution(self, bottom: Blob, num_output: int, kernel: int) -> Blob:
        """Normalization, ReLU, a convolution and a Dropout."""
        x = self.normalization(bottom)
        x = L.Convolution(
            x,
            name=f"Convolution{self.number + 1}",
            num_output=num_output,
            kernel_size=kernel,
            pad=kernel // 2,
            bias_term=False,
        )
        top: Blob = L.Dropout(x, name=f"Dropout{self.number}", dropout_ratio=self.dropout)
        return top
