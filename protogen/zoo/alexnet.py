"""AlexNet and CaffeNet, which pools before it normalizes."""

from __future__ import annotations

from typing import Any

from protogen import fillers
from protogen import layers as L
from protogen.compose import blocks
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, head
from protogen.zoo._network import network
from protogen.zoo._parts import BIAS_TWICE

_PAPER = 'Krizhevsky et al. 2012, "ImageNet Classification with Deep Convolutional Neural Networks"'


@network(
    "alexnet",
    (24, 60_965_224, 0, 724_406_816),
    title="AlexNet",
    paper=_PAPER,
    solver="alexnet",
    source="BVLC/caffe: models/bvlc_alexnet/deploy.prototxt",
)
@network(
    "caffenet",
    (24, 60_965_224, 0, 724_406_816),
    title="CaffeNet",
    paper=_PAPER,
    solver="caffenet",
    source="BVLC/caffe: models/bvlc_reference_caffenet/deploy.prototxt",
    pool_first=True,
    bias=1.0,
)
def alexnet(
    form: Form,
    *,
    classes: int = 1000,
    size: int = 227,
    pool_first: bool = False,
    # Section 5 starts these at 1, as CaffeNet does; the published AlexNet at 0.1.
    bias: float = 0.1,
) -> None:
    """Five convolutions, three of them in two groups, and three inner products."""
    x = form.image(
        size, mean_file="data/ilsvrc12/imagenet_mean.binaryproto", mirror=True, crop_size=size
    )
    x = _convolution(x, 1, num_output=96, kernel_size=11, stride=4)
    x = _reduce(x, 1, pool_first)
    # Section 3.2: two groups, which were on two GPUs.
    x = _convolution(x, 2, num_output=256, kernel_size=5, pad=2, group=2, bias=bias)
    x = _reduce(x, 2, pool_first)
    x = _convolution(x, 3, num_output=384, kernel_size=3, pad=1)
    x = _convolution(x, 4, num_output=384, kernel_size=3, pad=1, group=2, bias=bias)
    x = _convolution(x, 5, num_output=256, kernel_size=3, pad=1, group=2, bias=bias)
    x = _pool(x, 5)
    # Section 4.2: a dropout of 0.5 in the first two inner products.
    for number in (6, 7):
        x = L.InnerProduct(x, name=f"fc{number}", num_output=4096, **_learning(0.005, bias))
        L.ReLU(x, name=f"relu{number}", in_place=True)
        L.Dropout(x, name=f"drop{number}", in_place=True, dropout_ratio=0.5)
    fc8 = head("fc8", classes, 1000)
    form.classify(L.InnerProduct(x, name=fc8, num_output=classes, **_learning(0.01, 0)))


def _learning(std: float, bias: float) -> dict[str, Any]:
    return {
        "param": BIAS_TWICE,
        "weight_filler": fillers.gaussian(std=std),
        "bias_filler": fillers.constant(bias),
    }


def _convolution(bottom: Blob, number: int, *, bias: float = 0, **convolution: Any) -> Blob:
    return blocks.conv_relu(bottom, name=f"conv{number}", **_learning(0.01, bias), **convolution)


def _reduce(bottom: Blob, number: int, pool_first: bool) -> Blob:
    """A pooling and a normalization across channels, in this order if ``pool_first``."""
    if pool_first:
        return _normalize(_pool(bottom, number), number)
    return _pool(_normalize(bottom, number), number)


def _pool(bottom: Blob, number: int) -> Blob:
    # Section 3.4: windows of 3 at a distance of 2 overlap.
    pooled: Blob = L.Pooling(bottom, name=f"pool{number}", pool="MAX", kernel_size=3, stride=2)
    return pooled


def _normalize(bottom: Blob, number: int) -> Blob:
    # Section 3.3, but with a k of 1, which is the default of Caffe, not 2.
    normalized: Blob = L.LRN(bottom, name=f"norm{number}", local_size=5, alpha=1e-4, beta=0.75)
    return normalized
