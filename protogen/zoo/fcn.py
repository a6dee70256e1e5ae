"""FCN-32s, FCN-16s and FCN-8s: VGG-16 with scores for each pixel."""

from __future__ import annotations

from typing import Literal

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, current_net, head
from protogen.zoo._network import network
from protogen.zoo._options import Size
from protogen.zoo._parts import BIAS_TWICE
from protogen.zoo.vgg import stages

_PAPER = 'Long et al. 2014, "Fully Convolutional Networks for Semantic Segmentation"'

_SHELHAMER = "shelhamer/fcn.berkeleyvision.org"

_DATA = (
    "for training, images and labels come from databases, not from a Python layer",
    "the weights of the upscore layers do not learn: fill them, as solve.py of the source does",
)

_VALIDATION = ("the published file is for validation: without its Dropout layers, data and loss",)


@network(
    "fcn8s",
    (47, 134_489_759, 0, 181_529_034_048),
    title="FCN-8s",
    paper=_PAPER,
    solver="fcn",
    source=f"{_SHELHAMER}: voc-fcn8s/deploy.prototxt",
    deviations=_DATA,
    stride=8,
)
@network(
    "fcn16s",
    (43, 134_815_994, 0, 181_448_086_272),
    title="FCN-16s",
    paper=_PAPER,
    solver="fcn",
    source=f"{_SHELHAMER}: voc-fcn16s/val.prototxt",
    deviations=_VALIDATION + _DATA,
    stride=16,
)
@network(
    "fcn32s",
    (39, 136_152_917, 0, 181_365_854_976),
    title="FCN-32s",
    paper=_PAPER,
    solver="fcn",
    source=f"{_SHELHAMER}: voc-fcn32s/val.prototxt",
    deviations=_VALIDATION + _DATA,
    stride=32,
)
def fcn(form: Form, *, classes: int = 21, size: Size = 500, stride: Literal[8, 16, 32] = 8) -> None:
    """VGG-16 as convolutions; scores at ``stride``, enlarged and cropped to the image."""
    data = form.labeled_image(size)
    # So much padding gives fc6 an image of any size to look at.
    x = stages(data, first_pad=100)
    for name, kernel in (("fc6", 7), ("fc7", 1)):
        x = L.Convolution(x, name=name, num_output=4096, kernel_size=kernel, param=BIAS_TWICE)
        L.ReLU(x, name=name.replace("fc", "relu"), in_place=True)
        if form.training:
            L.Dropout(x, name=name.replace("fc", "drop"), in_place=True, dropout_ratio=0.5)
    x = _scores(x, "score_fr", classes)
    if stride <= 16:
        x = _enlarged(x, "upscore2", classes, 2)
        x = _fused(x, "pool4", classes)
    if stride == 8:
        x = _enlarged(x, "upscore_pool4", classes, 2)
        x = _fused(x, "pool3", classes)
    x = _enlarged(x, "upscore" if stride == 32 else f"upscore{stride}", classes, stride)
    # Not divided by the number of pixels, so the learning rate is very small.
    form.segment(L.Crop(x, data, name="score", offset="aligned"), normalize=False)


def _scores(bottom: Blob, name: str, classes: int) -> Blob:
    scores: Blob = L.Convolution(
        bottom,
        name=head(name, classes, 21),
        num_output=classes,
        kernel_size=1,
        param=BIAS_TWICE,
    )
    return scores


def _enlarged(bottom: Blob, name: str, classes: int, factor: int) -> Blob:
    """Scores on an image ``factor`` times as large."""
    enlarged: Blob = L.Deconvolution(
        bottom,
        name=head(name, classes, 21),
        num_output=classes,
        # Bilinear: a kernel of 2 f and a stride of f.
        kernel_size=2 * factor,
        stride=factor,
        bias_term=False,
        param={"lr_mult": 0},
    )
    return enlarged


def _fused(bottom: Blob, pool: str, classes: int) -> Blob:
    """The sum of the scores so far and those of an earlier pooling, cropped to them."""
    net = current_net()
    scores = _scores(net[pool], f"score_{pool}", classes)
    cropped = L.Crop(scores, bottom, name=f"score_{pool}c", offset="aligned")
    fused: Blob = L.Eltwise(bottom, cropped, name=f"fuse_{pool}")
    return fused
