"""LeNet for digits of 28x28 pixels: two convolutions and two inner products.

    protogen emit examples/lenet.py                     # for deployment: an Input of one image
    protogen emit examples/lenet.py --set deploy=False  # for training and testing on MNIST

The net has 431,080 weights and biases. For training, each phase has its own data layer, and both
produce the same blobs. So the layers that follow are written only once.

(source: LeCun et al. 1998, "Gradient-based learning applied to document recognition", in the
version of Caffe's examples/mnist)
"""

from __future__ import annotations

from typing import Any

from protogen import Blob, Net, fillers
from protogen import layers as L

LEARNING: dict[str, Any] = {
    "param": [{"lr_mult": 1}, {"lr_mult": 2}],
    "weight_filler": fillers.xavier(),
    "bias_filler": fillers.constant(),
}


def net(deploy: bool = True, batch: int = 1) -> Net:
    """LeNet for deployment with ``batch`` images, or for training and testing."""
    with Net("LeNet") as lenet:
        if deploy:
            L.Softmax(scores(L.Input(name="data", shape=[batch, 1, 28, 28])), name="prob")
            return lenet
        with lenet.phase("TRAIN"):
            data, label = mnist("examples/mnist/mnist_train_lmdb", batch=64)
        with lenet.phase("TEST"):
            data, label = mnist("examples/mnist/mnist_test_lmdb", batch=100)
        ip2 = scores(data)
        with lenet.phase("TEST"):
            L.Accuracy(ip2, label, name="accuracy")
        L.SoftmaxWithLoss(ip2, label, name="loss")
    return lenet


def mnist(source: str, batch: int) -> tuple[Blob, Blob]:
    """Images scaled to [0, 1), and their labels."""
    data, label = L.Data(
        name="mnist",
        top=("data", "label"),
        source=source,
        backend="LMDB",
        batch_size=batch,
        scale=1 / 256,
    )
    return data, label


def scores(data: Blob) -> Blob:
    """A score for each of 10 digits: from (N, 1, 28, 28) to (N, 10)."""
    x = L.Convolution(data, name="conv1", num_output=20, kernel_size=5, **LEARNING)
    x = L.Pooling(x, name="pool1", pool="MAX", kernel_size=2, stride=2)
    x = L.Convolution(x, name="conv2", num_output=50, kernel_size=5, **LEARNING)
    x = L.Pooling(x, name="pool2", pool="MAX", kernel_size=2, stride=2)
    x = L.InnerProduct(x, name="ip1", num_output=500, **LEARNING)
    L.ReLU(x, name="relu1", in_place=True)
    return L.InnerProduct(x, name="ip2", num_output=10, **LEARNING)
