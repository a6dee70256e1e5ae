"""MobileNet v2: inverted residuals with linear bottlenecks."""

from __future__ import annotations

from typing import Any, Literal

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, head
from protogen.zoo._network import network
from protogen.zoo._parts import Naming, conv_bn, scaled
from protogen.zoo.mobilenet_v1 import PREPARATION

_NAMING = Naming("{}/bn", "{}/scale", "relu{stem}")

#: The blocks in the order of the published file: name, expansion, channels and stride. All but the
#: strides are those of the paper's Table 2, where each line stands for n blocks.
_BLOCKS = (
    ("2_1", 1, 16, 1),
    ("2_2", 6, 24, 2),
    ("3_1", 6, 24, 1),
    ("3_2", 6, 32, 2),
    ("4_1", 6, 32, 1),
    ("4_2", 6, 32, 1),
    ("4_3", 6, 64, 1),
    ("4_4", 6, 64, 1),
    ("4_5", 6, 64, 1),
    ("4_6", 6, 64, 1),
    ("4_7", 6, 96, 2),
    ("5_1", 6, 96, 1),
    ("5_2", 6, 96, 1),
    ("5_3", 6, 160, 2),
    ("6_1", 6, 160, 1),
    ("6_2", 6, 160, 1),
    ("6_3", 6, 320, 1),
)

#: The strides of the paper where they differ from those of the published file.
_PAPER_STRIDES = {"4_3": 2, "4_7": 1}


@network(
    "mobilenet-v2",
    (209, 3_505_960, 34_229, 429_111_936),
    title="MOBILENET_V2",
    paper='Sandler et al. 2018, "MobileNetV2: Inverted Residuals and Linear Bottlenecks", Table 2',
    solver="mobilenet",
    source="shicai/MobileNet-Caffe: mobilenet_v2_deploy.prototxt",
    deviations=(
        "the published file halves the image after its 64 channels and expands the first block;"
        " the paper (version=paper) halves it before them, for 300 million multiply-accumulates",
    ),
)
def mobilenet_v2(
    form: Form,
    *,
    classes: int = 1000,
    size: int = 224,
    width: float = 1.0,
    version: Literal["published", "paper"] = "published",
) -> None:
    """Seventeen blocks that expand, convolve each channel, and project, ten with a shortcut."""
    x = form.image(size, batches=(64, 50), mirror=True, crop_size=size, **PREPARATION)
    first = scaled(32, width)
    x = conv_bn(
        x, "conv1", _NAMING, in_place=False, num_output=first, kernel_size=3, pad=1, stride=2
    )
    for name, expansion, channels, stride in _BLOCKS:
        if version == "paper":
            stride = _PAPER_STRIDES.get(name, stride)
        expands = expansion > 1 or version == "published"
        x = _block(x, name, expansion if expands else 0, scaled(channels, width), stride)
    # The paper widens the last convolution with the net, but never narrows it.
    last = scaled(1280, max(width, 1.0))
    x = conv_bn(x, "conv6_4", _NAMING, in_place=False, num_output=last, kernel_size=1)
    x = L.Pooling(x, name="pool6", pool="AVE", global_pooling=True)
    fc7 = head("fc7", classes, 1000)
    form.classify(
        L.Convolution(x, name=fc7, num_output=classes, kernel_size=1),
        accuracy={"accuracy": 1, "accuracy_top5": 5},
    )


def _block(bottom: Blob, name: str, expansion: int, num_output: int, stride: int) -> Blob:
    """An inverted residual; its shortcut is left out if the shape changes.

    An ``expansion`` of 0 leaves out the convolution that expands.
    """
    assert bottom.shape is not None
    channels = bottom.shape[1] or 0
    inner = channels * max(expansion, 1)
    conv = f"conv{name}"
    x = bottom
    if expansion:
        x = conv_bn(x, f"{conv}/expand", _NAMING, in_place=False, num_output=inner, kernel_size=1)
    each: dict[str, Any] = {"num_output": inner, "group": inner, "stride": stride}
    x = conv_bn(x, f"{conv}/dwise", _NAMING, in_place=False, kernel_size=3, pad=1, **each)
    # Section 3.2: a ReLU would lose information where there are few channels.
    narrow: dict[str, Any] = {"num_output": num_output, "kernel_size": 1}
    x = conv_bn(x, f"{conv}/linear", _NAMING, in_place=False, relu=False, **narrow)
    if stride > 1 or channels != num_output:
        return x
    added: Blob = L.Eltwise(bottom, x, name=f"block_{name}")
    return added
