"""Inception-v3: factorized convolutions."""

from __future__ import annotations

from typing import Literal

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, head
from protogen.zoo._inception import Conv, Pool, conv, module, pool, reduction
from protogen.zoo._network import network


@network(
    "inception-v3",
    (405, 23_834_568, 34_526, 5_713_216_096),
    title="Inception-v3",
    paper='Szegedy et al. 2015, "Rethinking the Inception Architecture for Computer Vision"',
    solver="inception-v3",
    source="soeaver/caffe-model: cls/inception/deploy_inception-v3.prototxt",
    deviations=("without the auxiliary classifier of the paper, which the published file lacks",),
)
def inception_v3(form: Form, *, classes: int = 1000, size: int = 299) -> None:
    """Three stages of modules with 5x5, with 1x7 and 7x1, and with 1x3 and 3x1 convolutions."""
    x = form.image(size, batches=(32, 25), mirror=True, crop_size=size)
    x = stem(x)
    for index, proj in enumerate((32, 64, 64), start=1):
        x = _module_a(x, f"inception_a{index}", proj)
    # Figure 10: the poolings and the strided convolutions side by side.
    x = reduction(
        x,
        "reduction_a",
        (Conv("3x3", 384, 3, stride=2),),
        (Conv("3x3_2_reduce", 64), Conv("3x3_2", 96, 3), Conv("3x3_3", 96, 3, stride=2)),
    )
    for index, inner in enumerate((128, 160, 160, 192), start=1):
        x = _module_b(x, f"inception_b{index}", inner)
    x = reduction(
        x,
        "reduction_b",
        (Conv("3x3_reduce", 192), Conv("3x3", 320, 3, stride=2)),
        (
            Conv("1x7_reduce", 192),
            Conv("1x7", 192, 1, 7),
            Conv("7x1", 192, 7, 1),
            Conv("3x3_2", 192, 3, stride=2),
        ),
    )
    x = _module_c(x, "inception_c1", "AVE")
    # The published file takes the maximum in its last module.
    x = _module_c(x, "inception_c2", "MAX")
    classify(form, x, classes)


def stem(x: Blob, reduce: str = "conv4_relu_3x3_reduce") -> Blob:
    """The convolutions before the modules: from (N, 3, 299, 299) to (N, 192, 35, 35).

    ``reduce`` is the name of the ReLU of conv4_3x3_reduce.
    """
    x = conv(x, "conv1_3x3_s2", 32, 3, stride=2, relu="conv1_3x3_relu")
    x = conv(x, "conv2_3x3_s1", 32, 3, pad=False, relu="conv2_3x3_relu")
    x = conv(x, "conv3_3x3_s1", 64, 3, relu="conv3_3x3_relu")
    x = pool(x, "pool1_3x3_s2")
    x = conv(x, "conv4_3x3_reduce", 80, relu=reduce)
    x = conv(x, "conv4_3x3", 192, 3, pad=False, relu="conv4_relu_3x3")
    return pool(x, "pool2_3x3_s2")


def classify(form: Form, x: Blob, classes: int) -> None:
    """An average over the last image, a Dropout and an inner product."""
    x = L.Pooling(x, name="pool_8x8_s1", pool="AVE", global_pooling=True)
    x = L.Dropout(x, name="pool_8x8_s1_drop", dropout_ratio=0.2)
    scores = L.InnerProduct(x, name=head("classifier", classes, 1000), num_output=classes)
    form.classify(scores, accuracy={"accuracy": 1, "accuracy_top5": 5})


def _module_a(bottom: Blob, name: str, proj: int) -> Blob:
    # Figure 5.
    branches = (
        (Conv("1x1", 64),),
        (Conv("5x5_reduce", 48), Conv("5x5", 64, 5)),
        (Conv("3x3_reduce", 64), Conv("3x3_1", 96, 3), Conv("3x3_2", 96, 3)),
        (Pool("pool"), Conv("pool_proj", proj)),
    )
    return module(bottom, name, branches, "output")


def _module_b(bottom: Blob, name: str, inner: int) -> Blob:
    # Figure 6, with n = 7.
    branches = (
        (Conv("1x1_2", 192),),
        (Conv("1x7_reduce", inner), Conv("1x7", inner, 1, 7), Conv("7x1", 192, 7, 1)),
        (
            Conv("7x1_reduce", inner),
            Conv("7x1_2", inner, 7, 1),
            Conv("1x7_2", inner, 1, 7),
            Conv("7x1_3", inner, 7, 1),
            Conv("1x7_3", 192, 1, 7),
        ),
        (Pool("pool_ave"), Conv("1x1", 192)),
    )
    return module(bottom, name, branches)


def _module_c(bottom: Blob, name: str, kind: Literal["AVE", "MAX"]) -> Blob:
    """A module whose 3x3 convolutions are split into 1x3 and 3x1 side by side."""
    # Figure 7.
    one = conv(bottom, f"{name}_1x1_2", 320)
    reduced = conv(bottom, f"{name}_1x3_reduce", 384)
    left = conv(reduced, f"{name}_1x3", 384, 1, 3)
    right = conv(reduced, f"{name}_3x1", 384, 3, 1)
    reduced = conv(bottom, f"{name}_3x3_reduce", 448)
    three = conv(reduced, f"{name}_3x3", 384, 3)
    left_2 = conv(three, f"{name}_1x3_2", 384, 1, 3)
    right_2 = conv(three, f"{name}_3x1_2", 384, 3, 1)
    pooled = conv(pool(bottom, f"{name}_pool", kind, 1), f"{name}_1x1", 192)
    joined: Blob = L.Concat(one, left, right, left_2, right_2, pooled, name=f"{name}_concat")
    return joined
