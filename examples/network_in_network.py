"""Network in Network for CIFAR-10: two 1x1 convolutions follow every convolution.

    protogen emit examples/network_in_network.py
    protogen emit examples/network_in_network.py --set deploy=False

The net has no inner product: the last 1x1 convolution produces one map for each of the 10 classes,
and the average of a map over the whole 8x8 image is the score. It has 966,986 weights and biases.

The net depends on Caffe's rounding up: 32 is pooled to 16 (not 15) and 16 to 8 (not 7), the size of
the last kernel. If sizes were rounded down, that kernel would not fit.

(source: Lin, Chen & Yan 2013, "Network In Network", and the prototxt published with it)
"""

from __future__ import annotations

from typing import Any

from protogen import Blob, Net, blocks, fillers
from protogen import layers as L

FILLERS: dict[str, Any] = {
    "weight_filler": fillers.gaussian(std=0.05),
    "bias_filler": fillers.constant(),
}


def net(deploy: bool = True, batch: int = 1) -> Net:
    """The net for deployment with ``batch`` images, or for training and testing."""
    with Net("CIFAR10_NIN") as nin:
        if deploy:
            L.Softmax(scores(L.Input(name="data", shape=[batch, 3, 32, 32])), name="prob")
            return nin
        for phase in ("TRAIN", "TEST"):
            with nin.phase(phase):
                data, label = L.Data(
                    name="cifar",
                    top=("data", "label"),
                    source=f"cifar10_{phase.lower()}_lmdb",
                    backend="LMDB",
                    batch_size=128,
                    mean_file="mean.binaryproto",
                )
        pool3 = scores(data)
        with nin.phase("TEST"):
            L.Accuracy(pool3, label, name="accuracy")
        L.SoftmaxWithLoss(pool3, label, name="loss")
    return nin


def scores(data: Blob) -> Blob:
    """A score for each of 10 classes: from (N, 3, 32, 32) to (N, 10, 1, 1)."""
    x = blocks.mlpconv(
        data,
        num_output=(192, 160, 96),
        kernel_size=5,
        pad=2,
        name=("conv1", "cccp1", "cccp2"),
        **FILLERS,
    )
    x = L.Pooling(x, name="pool1", pool="MAX", kernel_size=3, stride=2)
    L.Dropout(x, name="drop3", in_place=True, dropout_ratio=0.5)
    x = blocks.mlpconv(
        x,
        num_output=(192, 192, 192),
        kernel_size=5,
        pad=2,
        name=("conv2", "cccp3", "cccp4"),
        **FILLERS,
    )
    x = L.Pooling(x, name="pool2", pool="AVE", kernel_size=3, stride=2)
    L.Dropout(x, name="drop6", in_place=True, dropout_ratio=0.5)
    x = blocks.mlpconv(
        x,
        num_output=(192, 192, 10),
        kernel_size=3,
        pad=1,
        name=("conv3", "cccp5", "cccp6"),
        **FILLERS,
    )
    return L.Pooling(x, name="pool3", pool="AVE", kernel_size=8, stride=1)
