"""SSD on MobileNet v1."""

from __future__ import annotations

from protogen.compose.blob import Blob
from protogen.zoo._form import Form
from protogen.zoo._network import network
from protogen.zoo._parts import Naming, conv_bn
from protogen.zoo._ssd import VOC, Source, detections, images
from protogen.zoo.mobilenet_v1 import BLOCKS

_NAMING = Naming("{}/bn", "{}/scale", "{}/relu")

_SOURCES = (
    Source("conv11", 60, 0, [2]),
    Source("conv13", 105, 150, [2, 3]),
    Source("conv14_2", 150, 195, [2, 3]),
    Source("conv15_2", 195, 240, [2, 3]),
    Source("conv16_2", 240, 285, [2, 3]),
    Source("conv17_2", 285, 300, [2, 3]),
)


@network(
    "mobilenet-ssd",
    (190, 5_796_089, 25_379, 1_148_479_168),
    title="MobileNet-SSD",
    paper=(
        'Howard et al. 2017, "MobileNets"; Liu et al. 2015, "SSD: Single Shot MultiBox Detector"'
    ),
    solver="mobilenet-ssd",
    source="chuanqi305/MobileNet-SSD: deploy.prototxt",
    needs=("DetectionOutput", "Permute", "PriorBox"),
)
def mobilenet_ssd(form: Form, *, classes: int = VOC) -> None:
    """Boxes from six layers of MobileNet and the convolutions after it; class 0 is no object."""
    data = images(
        form,
        300,
        batches=(24, 8),
        sources=("trainval_lmdb", "test_lmdb"),
        labels="labelmap.prototxt",
        mean_value=(127.5, 127.5, 127.5),
        # 1 / 127.5, rounded as in the published file: pixels from -1 to 1.
        scale=0.007843,
    )
    x = conv_bn(data, "conv0", _NAMING, num_output=32, kernel_size=3, pad=1, stride=2)
    for number, (channels, halves) in enumerate(BLOCKS.values(), start=1):
        x = _separable(x, f"conv{number}", channels, halves)
    # Four more pairs, of which each halves the image.
    for number, inner in ((14, 256), (15, 128), (16, 128), (17, 64)):
        x = conv_bn(x, f"conv{number}_1", _NAMING, num_output=inner, kernel_size=1)
        x = conv_bn(
            x,
            f"conv{number}_2",
            _NAMING,
            num_output=2 * inner,
            kernel_size=3,
            pad=1,
            stride=2,
        )
    detections(form, data, _SOURCES, classes=classes, kernel=1, keep=100, top=100, confidence=0.25)


def _separable(bottom: Blob, name: str, num_output: int, halves: bool) -> Blob:
    """A 3x3 convolution of each channel, then a 1x1 convolution."""
    assert bottom.shape is not None
    channels = bottom.shape[1]
    x = conv_bn(
        bottom,
        f"{name}/dw",
        _NAMING,
        num_output=channels,
        group=channels,
        kernel_size=3,
        pad=1,
        stride=2 if halves else None,
    )
    return conv_bn(x, name, _NAMING, num_output=num_output, kernel_size=1)
