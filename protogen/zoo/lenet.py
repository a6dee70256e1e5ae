"""LeNet for digits, in the version of Caffe's examples/mnist."""

from __future__ import annotations

from typing import Any

from protogen import fillers
from protogen import layers as L
from protogen.zoo._form import Form, head
from protogen.zoo._network import network

_LEARNING: dict[str, Any] = {
    "param": [{"lr_mult": 1}, {"lr_mult": 2}],
    "weight_filler": fillers.xavier(),
    "bias_filler": fillers.constant(),
}


@network(
    "lenet",
    (9, 431_080, 0, 2_293_000),
    title="LeNet",
    paper='LeCun et al. 1998, "Gradient-based learning applied to document recognition"',
    solver="lenet",
    source="BVLC/caffe: examples/mnist/lenet.prototxt",
)
def lenet(form: Form, *, classes: int = 10, size: int = 28) -> None:
    """Two convolutions, each with a pooling, and two inner products."""
    x = form.image(
        size,
        channels=1,
        batches=(64, 100),
        sources=("examples/mnist/mnist_train_lmdb", "examples/mnist/mnist_test_lmdb"),
        layer="mnist",
        # Caffe's example has 0.00390625, which is not 1/255.
        scale=1 / 256,
    )
    # Unlike in the paper: more channels, poolings that take the maximum, and ReLU.
    x = L.Convolution(x, name="conv1", num_output=20, kernel_size=5, **_LEARNING)
    x = L.Pooling(x, name="pool1", pool="MAX", kernel_size=2, stride=2)
    x = L.Convolution(x, name="conv2", num_output=50, kernel_size=5, **_LEARNING)
    x = L.Pooling(x, name="pool2", pool="MAX", kernel_size=2, stride=2)
    # 50 maps of 4x4: 800 weights for each output.
    x = L.InnerProduct(x, name="ip1", num_output=500, **_LEARNING)
    L.ReLU(x, name="relu1", in_place=True)
    x = L.InnerProduct(x, name=head("ip2", classes, 10), num_output=classes, **_LEARNING)
    form.classify(x)
