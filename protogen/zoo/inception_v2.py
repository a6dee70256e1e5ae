"""Inception-v2: GoogLeNet with batch normalization, and with pairs of 3x3 for 5x5."""

from __future__ import annotations

from typing import NamedTuple

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, head
from protogen.zoo._inception import Conv, Pool, conv, module
from protogen.zoo._network import network


class _Module(NamedTuple):
    """The channels of 1x1, 3x3 reduce, 3x3, double 3x3 reduce, double 3x3 and pool proj."""

    one: int
    reduce_a: int
    three_a: int
    reduce_b: int
    three_b: int
    proj: int


#: The modules of each stage; those named reduction halve the image and have no 1x1 and no proj.
_MODULES = {
    "inception_a1": _Module(64, 64, 64, 64, 96, 32),
    "inception_a2": _Module(64, 64, 96, 64, 96, 64),
    "reduction_a": _Module(0, 128, 160, 64, 96, 0),
    "inception_b1": _Module(224, 64, 96, 96, 128, 128),
    "inception_b2": _Module(192, 96, 128, 96, 128, 128),
    "inception_b3": _Module(160, 128, 160, 128, 160, 96),
    "inception_b4": _Module(96, 128, 192, 160, 192, 96),
    "reduction_b": _Module(0, 128, 192, 192, 256, 0),
    "inception_c1": _Module(352, 192, 320, 160, 224, 128),
    "inception_c2": _Module(352, 192, 320, 192, 224, 128),
}


@network(
    "inception-v2",
    (302, 11_188_224, 19_844, 2_197_132_672),
    title="Inception-v2",
    paper=(
        'Ioffe & Szegedy 2015, "Batch Normalization: Accelerating Deep Network Training by'
        ' Reducing Internal Covariate Shift", Figure 5'
    ),
    source="soeaver/caffe-model: cls/inception/deploy_inception-v2.prototxt",
    deviations=(
        "in the published file the first convolution is separable, as in the original network",
    ),
)
def inception_v2(form: Form, *, classes: int = 1000, size: int = 231) -> None:
    """Ten modules of 1x1, 3x3 and two 3x3 convolutions; two of them halve the image."""
    x = form.image(size, batches=(32, 25), mirror=True, crop_size=size)
    x = L.Convolution(
        x,
        name="conv1_7x7",
        num_output=24,
        # Eight filters for each color.
        group=3,
        kernel_size=7,
        pad=3,
        stride=2,
        bias_term=False,
    )
    # The second half of a separable convolution, which mixes the colors.
    x = L.Convolution(x, name="conv1_7x7_increase", num_output=64, kernel_size=1)
    L.ReLU(x, name="conv1_7x7_increase_relu", in_place=True)
    x = L.Pooling(x, name="pool1_3x3_s2", pool="MAX", kernel_size=3, stride=2)
    x = conv(x, "conv2_3x3_reduce", 64)
    x = conv(x, "conv2_3x3", 192, 3, relu="{}relu")
    x = L.Pooling(x, name="pool2_3x3_s2", pool="MAX", kernel_size=3, stride=2)
    for name, channels in _MODULES.items():
        # What halves the image has no 1x1 branch.
        x = _module(x, name, channels) if channels.one else _reduction(x, name, channels)
    # Global, whatever its name says: of 231x231 pixels, 8x8 are left here.
    x = L.Pooling(x, name="pool_7x7_s1", pool="AVE", global_pooling=True)
    L.Dropout(x, name="pool_7x7_s1_drop", in_place=True, dropout_ratio=0.2)
    scores = L.InnerProduct(x, name=head("classifier", classes, 1000), num_output=classes)
    form.classify(scores)


def _module(bottom: Blob, name: str, channels: _Module) -> Blob:
    branches = (
        (Conv("1x1", channels.one),),
        (Conv("3x3_a_reduce", channels.reduce_a), Conv("3x3_a", channels.three_a, 3)),
        (
            Conv("3x3_b_reduce", channels.reduce_b),
            Conv("3x3_b1", channels.three_b, 3),
            Conv("3x3_b2", channels.three_b, 3),
        ),
        (Pool("pool"), Conv("pool_proj", channels.proj)),
    )
    return module(bottom, name, branches, "output")


def _reduction(bottom: Blob, name: str, channels: _Module) -> Blob:
    """A module that halves the image; unlike those of later networks it pads."""
    left = conv(bottom, f"{name}_3x3_a_reduce", channels.reduce_a)
    left = conv(left, f"{name}_3x3_a", channels.three_a, 3, stride=2, pad=True)
    right = conv(bottom, f"{name}_3x3_b_reduce", channels.reduce_b)
    right = conv(right, f"{name}_3x3_b1", channels.three_b, 3)
    right = conv(right, f"{name}_3x3_b2", channels.three_b, 3, stride=2, pad=True)
    pooled = L.Pooling(bottom, name=f"{name}_pool", pool="MAX", kernel_size=3, stride=2, pad=1)
    joined: Blob = L.Concat(left, right, pooled, name=f"{name}_concat")
    return joined
