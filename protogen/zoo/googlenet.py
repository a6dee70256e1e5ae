"""GoogLeNet, with its auxiliary classifiers in training."""

from __future__ import annotations

from typing import Any

from protogen import fillers
from protogen import layers as L
from protogen.compose import blocks
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, head
from protogen.zoo._network import network
from protogen.zoo._parts import BIAS_TWICE, average

_LEARNING: dict[str, Any] = {
    "param": BIAS_TWICE,
    "weight_filler": fillers.xavier(),
    "bias_filler": fillers.constant(0.2),
}

#: The channels of 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5 and pool proj. Poolings precede 4a and 5a.
MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}

#: The modules after which there is a classifier that only training has.
_AUXILIARY = {"4a": "loss1", "4d": "loss2"}


@network(
    "googlenet",
    (143, 6_998_552, 0, 1_582_671_872),
    title="GoogleNet",
    paper='Szegedy et al. 2014, "Going Deeper with Convolutions", Table 1',
    solver="googlenet",
    source="BVLC/caffe: models/bvlc_googlenet/deploy.prototxt",
)
def googlenet(form: Form, *, classes: int = 1000, size: int = 224) -> None:
    """Nine inception modules; in training, two of them have a classifier of their own."""
    x = _stem(form.image(size, batches=(32, 50), mirror=True, crop_size=size))
    for name, channels in MODULES.items():
        if name in ("4a", "5a"):
            x = _pool(x, f"pool{int(name[0]) - 1}/3x3_s2")
        x = blocks.inception(x, num_output=channels, name=f"inception_{name}", **_LEARNING)
        if form.training and name in _AUXILIARY:
            _auxiliary(form, x, _AUXILIARY[name], classes)
    x = average(x, "pool5/7x7_s1")
    # Table 1: 40 %; the auxiliary classifiers drop 70 % (section 5).
    L.Dropout(x, name="pool5/drop_7x7_s1", in_place=True, dropout_ratio=0.4)
    scores = _scores(x, "loss3/classifier", classes)
    form.classify(scores, loss="loss3/loss3", accuracy=_accuracy("loss3"), loss_weight=1)


def _stem(data: Blob) -> Blob:
    """The convolutions before the modules: from (N, 3, 224, 224) to (N, 192, 28, 28)."""
    x = L.Convolution(
        data, name="conv1/7x7_s2", num_output=64, kernel_size=7, pad=3, stride=2, **_LEARNING
    )
    L.ReLU(x, name="conv1/relu_7x7", in_place=True)
    x = _pool(x, "pool1/3x3_s2")
    x = L.LRN(x, name="pool1/norm1", local_size=5, alpha=1e-4, beta=0.75)
    x = L.Convolution(x, name="conv2/3x3_reduce", num_output=64, kernel_size=1, **_LEARNING)
    L.ReLU(x, name="conv2/relu_3x3_reduce", in_place=True)
    x = L.Convolution(x, name="conv2/3x3", num_output=192, kernel_size=3, pad=1, **_LEARNING)
    L.ReLU(x, name="conv2/relu_3x3", in_place=True)
    x = L.LRN(x, name="conv2/norm2", local_size=5, alpha=1e-4, beta=0.75)
    return _pool(x, "pool2/3x3_s2")


def _pool(bottom: Blob, name: str) -> Blob:
    pooled: Blob = L.Pooling(bottom, name=name, pool="MAX", kernel_size=3, stride=2)
    return pooled


def _auxiliary(form: Form, bottom: Blob, name: str, classes: int) -> None:
    """A classifier on an early module, which brings the gradient there."""
    # From (N, C, 14, 14) to (N, C, 4, 4), because of which the inner product is small.
    x = L.Pooling(bottom, name=f"{name}/ave_pool", pool="AVE", kernel_size=5, stride=3)
    x = L.Convolution(x, name=f"{name}/conv", num_output=128, kernel_size=1, **_LEARNING)
    L.ReLU(x, name=f"{name}/relu_conv", in_place=True)
    x = L.InnerProduct(x, name=f"{name}/fc", num_output=1024, **_LEARNING)
    L.ReLU(x, name=f"{name}/relu_fc", in_place=True)
    L.Dropout(x, name=f"{name}/drop_fc", in_place=True, dropout_ratio=0.7)
    scores = _scores(x, f"{name}/classifier", classes)
    # Section 5: these losses count 0.3.
    # The published file calls the layer loss1/loss and its top loss1/loss1.
    L.SoftmaxWithLoss(
        scores, form.label, name=f"{name}/loss", top=f"{name}/{name}", loss_weight=0.3
    )
    form.measure(scores, _accuracy(name))


def _scores(bottom: Blob, name: str, classes: int) -> Blob:
    scores: Blob = L.InnerProduct(
        bottom,
        name=head(name, classes, 1000),
        num_output=classes,
        param=BIAS_TWICE,
        weight_filler=fillers.xavier(),
        bias_filler=fillers.constant(),
    )
    return scores


def _accuracy(name: str) -> dict[str, int]:
    return {f"{name}/top-1": 1, f"{name}/top-5": 5}
