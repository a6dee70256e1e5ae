"""Inception-ResNet-v2: modules whose result is added to what they read."""

from __future__ import annotations

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form
from protogen.zoo._inception import Branch, Conv, conv, module, pool, reduction
from protogen.zoo._network import network
from protogen.zoo.inception_v3 import classify, stem
from protogen.zoo.inception_v4 import PAPER

#: The branches of the three kinds of modules. (source: figures 16, 17 and 19 of the paper)
_A: tuple[Branch, ...] = (
    (Conv("1x1", 32),),
    (Conv("3x3_reduce", 32), Conv("3x3", 32, 3)),
    (Conv("3x3_2_reduce", 32), Conv("3x3_2", 48, 3), Conv("3x3_3", 64, 3)),
)
_B: tuple[Branch, ...] = (
    (Conv("1x1", 192),),
    (Conv("1x7_reduce", 128), Conv("1x7", 160, 1, 7), Conv("7x1", 192, 7, 1)),
)
_C: tuple[Branch, ...] = (
    (Conv("1x1", 192),),
    (Conv("1x3_reduce", 192), Conv("1x3", 224, 1, 3), Conv("3x1", 256, 3, 1)),
)


@network(
    "inception-resnet-v2",
    (988, 55_843_464, 60_748, 13_155_794_016),
    title="Inception-ResNet-v2",
    paper=PAPER,
    source="soeaver/caffe-model: cls/inception/deploy_inception-resnet-v2.prototxt",
)
def inception_resnet_v2(form: Form, *, classes: int = 1000, size: int = 299) -> None:
    """Ten, twenty and ten residual modules; their results count 0.17, 0.1 and 0.2."""
    x = _stem(form.image(size, batches=(32, 25), mirror=True, crop_size=size))
    # Figure 15 has half as many modules of each kind as the published network.
    for index in range(1, 11):
        x = _residual(x, f"a{index}", _A, 0.17)
    x = reduction(
        x,
        "reduction_a",
        (Conv("3x3", 384, 3, stride=2),),
        (Conv("3x3_2_reduce", 256), Conv("3x3_2", 256, 3), Conv("3x3_3", 384, 3, stride=2)),
    )
    for index in range(1, 21):
        x = _residual(x, f"b{index}", _B, 0.1)
    x = reduction(
        x,
        "reduction_b",
        (Conv("3x3_reduce", 256), Conv("3x3", 384, 3, stride=2)),
        (Conv("3x3_2_reduce", 256), Conv("3x3_2", 288, 3, stride=2)),
        (Conv("3x3_3_reduce", 256), Conv("3x3_3", 288, 3), Conv("3x3_4", 320, 3, stride=2)),
    )
    for index in range(1, 10):
        x = _residual(x, f"c{index}", _C, 0.2)
    x = _residual(x, "c10", _C, None)
    x = conv(x, "conv6_1x1", 1536)
    classify(form, x, classes)


def _stem(x: Blob) -> Blob:
    """From (N, 3, 299, 299) to (N, 320, 35, 35)."""
    x = stem(x, reduce="conv4_3x3_reduce_relu")
    one = conv(x, "conv5_1x1", 96)
    five = conv(conv(x, "conv5_5x5_reduce", 48), "conv5_5x5", 64, 5)
    three = conv(conv(x, "conv5_3x3_reduce", 64), "conv5_3x3", 96, 3)
    three = conv(three, "conv5_3x3_2", 96, 3)
    average = conv(pool(x, "ave_pool", "AVE", 1), "conv5_1x1_ave", 64)
    joined: Blob = L.Concat(one, five, three, average, name="stem_concat")
    return joined


def _residual(
    bottom: Blob, suffix: str, branches: tuple[Branch, ...], weight: float | None
) -> Blob:
    """A module whose result is added to its bottom; a last one without ``weight`` has no ReLU."""
    assert bottom.shape is not None
    name = f"inception_resnet_v2_{suffix}"
    x = module(bottom, name, branches)
    # As many channels as the bottom, without an activation: section 3.2.
    x = L.Convolution(x, name=f"{name}_up", num_output=bottom.shape[1], kernel_size=1)
    # Section 3.3: small weights keep the training of wide modules stable.
    coeff = [1, weight] if weight else None
    added: Blob = L.Eltwise(bottom, x, name=f"{name}_residual_eltwise", coeff=coeff)
    if weight:
        L.ReLU(added, name=f"{name}_residual_eltwise_relu", in_place=True)
    return added
