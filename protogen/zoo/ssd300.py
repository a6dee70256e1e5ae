"""SSD300 on VGG-16."""

from __future__ import annotations

from protogen import layers as L
from protogen.active import active_net
from protogen.compose.blob import Blob
from protogen.zoo._form import Form
from protogen.zoo._network import network
from protogen.zoo._ssd import VOC, Source, detections
from protogen.zoo.vgg import stages

_SOURCES = (
    Source("conv4_3_norm", 30, 60, [2], 8),
    Source("fc7", 60, 111, [2, 3], 16),
    Source("conv6_2", 111, 162, [2, 3], 32),
    Source("conv7_2", 162, 213, [2, 3], 64),
    Source("conv8_2", 213, 264, [2], 100),
    Source("conv9_2", 264, 315, [2], 300),
)


@network(
    "ssd300",
    (102, 26_285_486, 0, 31_373_537_792),
    title="VGG_VOC0712_SSD_300x300_deploy",
    paper='Liu et al. 2015, "SSD: Single Shot MultiBox Detector"',
    source="weiliu89/caffe@ssd: examples/ssd/ssd_pascal.py",
    deviations=(
        "without a form for training, which needs the MultiBoxLoss of the fork",
        "without save_output_param, which only evaluation reads",
    ),
    needs=("DetectionOutput", "Normalize", "Permute", "PriorBox"),
    forms=("deploy",),
)
def ssd300(form: Form, *, classes: int = VOC) -> None:
    """Boxes from six layers of VGG-16 and the convolutions after it; class 0 is the background."""
    data = form.image(300)
    x = stages(data, pools=4)
    x = L.Pooling(x, name="pool5", pool="MAX", kernel_size=3, stride=1, pad=1)
    x = L.Convolution(x, name="fc6", num_output=1024, kernel_size=3, pad=6, dilation=6)
    L.ReLU(x, name="relu6", in_place=True)
    x = L.Convolution(x, name="fc7", num_output=1024, kernel_size=1)
    L.ReLU(x, name="relu7", in_place=True)
    x = _pair(x, 6, 256, halves=True)
    x = _pair(x, 7, 128, halves=True)
    x = _pair(x, 8, 128, halves=False)
    _pair(x, 9, 128, halves=False)
    net = active_net()
    assert net is not None
    L.Normalize(
        net["conv4_3"],
        name="conv4_3_norm",
        across_spatial=False,
        channel_shared=False,
        scale_filler={"type": "constant", "value": 20},
    )
    detections(data, _SOURCES, classes=classes, kernel=3, keep=200, top=400, confidence=0.01)


def _pair(bottom: Blob, number: int, inner: int, *, halves: bool) -> Blob:
    """A 1x1 convolution, and a 3x3 one that halves the image or does not pad."""
    x = L.Convolution(bottom, name=f"conv{number}_1", num_output=inner, kernel_size=1)
    L.ReLU(x, name=f"conv{number}_1_relu", in_place=True)
    x = L.Convolution(
        x,
        name=f"conv{number}_2",
        num_output=2 * inner,
        kernel_size=3,
        pad=1 if halves else None,
        stride=2 if halves else None,
    )
    L.ReLU(x, name=f"conv{number}_2_relu", in_place=True)
    return x
