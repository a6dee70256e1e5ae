"""Inception-v4."""

from __future__ import annotations

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form
from protogen.zoo._inception import Conv, Pool, conv, module, pool, reduction
from protogen.zoo._network import network
from protogen.zoo.inception_v3 import classify

PAPER = (
    'Szegedy et al. 2016, "Inception-v4, Inception-ResNet and the Impact of Residual Connections'
    ' on Learning"'
)


@network(
    "inception-v4",
    (638, 42_679_816, 63_317, 12_253_974_624),
    title="Inception-v4",
    paper=PAPER,
    source="soeaver/caffe-model: cls/inception/deploy_inception-v4.prototxt",
)
def inception_v4(form: Form, *, classes: int = 1000, size: int = 299) -> None:
    """A stem with branches, and four, seven and three modules of a kind."""
    x = _stem(form.image(size, batches=(32, 25), mirror=True, crop_size=size))
    # Figure 9: four, seven and three modules, with a reduction in between.
    for index in range(1, 5):
        x = _module_a(x, f"inception_a{index}")
    # Figure 7, with the channels of Table 1.
    x = reduction(
        x,
        "reduction_a",
        (Conv("3x3", 384, 3, stride=2),),
        (Conv("3x3_2_reduce", 192), Conv("3x3_2", 224, 3), Conv("3x3_3", 256, 3, stride=2)),
    )
    for index in range(1, 8):
        x = _module_b(x, f"inception_b{index}")
    # Figure 8.
    x = reduction(
        x,
        "reduction_b",
        (Conv("3x3_reduce", 192), Conv("3x3", 192, 3, stride=2)),
        (
            Conv("1x7_reduce", 256),
            Conv("1x7", 256, 1, 7),
            Conv("7x1", 320, 7, 1),
            Conv("3x3_2", 320, 3, stride=2),
        ),
    )
    for index in range(1, 4):
        x = _module_c(x, f"inception_c{index}")
    classify(form, x, classes)


def _stem(x: Blob) -> Blob:
    """From (N, 3, 299, 299) to (N, 384, 35, 35)."""
    # Figure 3.
    x = conv(x, "conv1_3x3_s2", 32, 3, stride=2)
    x = conv(x, "conv2_3x3_s1", 32, 3, pad=False)
    x = conv(x, "conv3_3x3_s1", 64, 3)
    strided = conv(x, "inception_stem1_3x3_s2", 96, 3, stride=2)
    x = L.Concat(pool(x, "inception_stem1_pool"), strided, name="inception_stem1")
    left = conv(x, "inception_stem2_3x3_reduce", 64)
    left = conv(left, "inception_stem2_3x3", 96, 3, pad=False)
    right = conv(x, "inception_stem2_1x7_reduce", 64)
    right = conv(right, "inception_stem2_1x7", 64, 1, 7)
    right = conv(right, "inception_stem2_7x1", 64, 7, 1)
    right = conv(right, "inception_stem2_3x3_2", 96, 3, pad=False)
    x = L.Concat(left, right, name="inception_stem2")
    strided = conv(x, "inception_stem3_3x3_s2", 192, 3, stride=2)
    joined: Blob = L.Concat(strided, pool(x, "inception_stem3_pool"), name="inception_stem3")
    return joined


def _module_a(bottom: Blob, name: str) -> Blob:
    # Figure 4.
    branches = (
        (Conv("1x1_2", 96),),
        (Conv("3x3_reduce", 64), Conv("3x3", 96, 3)),
        (Conv("3x3_2_reduce", 64), Conv("3x3_2", 96, 3), Conv("3x3_3", 96, 3)),
        (Pool("pool_ave"), Conv("1x1", 96)),
    )
    return module(bottom, name, branches)


def _module_b(bottom: Blob, name: str) -> Blob:
    # Figure 5.
    branches = (
        (Conv("1x1_2", 384),),
        (Conv("1x7_reduce", 192), Conv("1x7", 224, 1, 7), Conv("7x1", 256, 7, 1)),
        (
            Conv("7x1_2_reduce", 192),
            Conv("7x1_2", 192, 7, 1),
            Conv("1x7_2", 224, 1, 7),
            Conv("7x1_3", 224, 7, 1),
            Conv("1x7_3", 256, 1, 7),
        ),
        (Pool("pool_ave"), Conv("1x1", 128)),
    )
    return module(bottom, name, branches)


def _module_c(bottom: Blob, name: str) -> Blob:
    """A module with convolutions of 1x3 and 3x1 side by side at the ends of two branches."""
    # Figure 6.
    one = conv(bottom, f"{name}_1x1_2", 256)
    reduced = conv(bottom, f"{name}_1x1_3", 384)
    left = conv(reduced, f"{name}_1x3", 256, 1, 3)
    right = conv(reduced, f"{name}_3x1", 256, 3, 1)
    x = conv(bottom, f"{name}_1x1_4", 384)
    x = conv(x, f"{name}_3x1_2", 448, 3, 1)
    x = conv(x, f"{name}_1x3_2", 512, 1, 3)
    left_2 = conv(x, f"{name}_1x3_3", 256, 1, 3)
    right_2 = conv(x, f"{name}_3x1_3", 256, 3, 1)
    pooled = conv(pool(bottom, f"{name}_pool_ave", "AVE", 1), f"{name}_1x1", 256)
    joined: Blob = L.Concat(one, left, right, left_2, right_2, pooled, name=f"{name}_concat")
    return joined
