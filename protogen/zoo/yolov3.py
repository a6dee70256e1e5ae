"""YOLOv3 on Darknet-53."""

from __future__ import annotations

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, head
from protogen.zoo._network import network
from protogen.zoo._options import Size

#: The channels of each stage of Darknet-53, and the number of its residual blocks.
_STAGES = ((64, 1), (128, 2), (256, 8), (512, 8), (1024, 4))


@network(
    "yolov3",
    (323, 61_949_149, 52_680, 32_932_037_632),
    title="Darkent2Caffe",
    paper='Redmon & Farhadi 2018, "YOLOv3: An Incremental Improvement"',
    source="eric612/MobileNet-YOLO: models/darknet_yolov3/yolov3.prototxt",
    deviations=(
        "only the convolutions: without Yolov3DetectionOutput, which decodes the boxes",
        "without a form for training, which needs the Yolov3 layer of the fork",
    ),
    needs=("Upsample",),
    forms=("deploy",),
)
def yolov3(form: Form, *, classes: int = 80, size: Size = 416) -> None:
    """Darknet-53 and boxes at three sizes, each from 3 anchors."""
    layers = _Layers()
    x = layers.convolution(form.image(size), 32, 3)
    ends = []
    for channels, blocks in _STAGES:
        x = layers.convolution(x, channels, 3, stride=2)
        for _ in range(blocks):
            x = layers.residual(x, channels)
        ends.append(x)
    # Section 2.3: 3 boxes at each place of each scale, with 4 coordinates and a confidence.
    boxes = 3 * (classes + 5)
    # From the smallest image to the largest one.
    x = layers.boxes(x, 512, boxes, classes)
    x = layers.enlarged(x, 256, ends[3])
    x = layers.boxes(x, 256, boxes, classes)
    x = layers.enlarged(x, 128, ends[2])
    layers.boxes(x, 128, boxes, classes, last=True)


class _Layers:
    """The layers of Darknet, each of which has a number."""

    def __init__(self) -> None:
        self.number = 0

    def _name(self, suffix: str) -> str:
        self.number += 1
        return f"layer{self.number}-{suffix}"

    def convolution(
        self, bottom: Blob, num_output: int, kernel: int, stride: int | None = None
    ) -> Blob:
        """A convolution with batch normalization and a leaky ReLU."""
        name = self._name("conv")
        stem = name.removesuffix("-conv")
        x: Blob = L.Convolution(
            bottom,
            name=name,
            num_output=num_output,
            kernel_size=kernel,
            pad=kernel // 2,
            stride=stride,
            bias_term=False,
        )
        L.BatchNorm(x, name=f"{stem}-bn", in_place=True, eps=1e-4)
        L.Scale(x, name=f"{stem}-scale", in_place=True, bias_term=True)
        L.ReLU(x, name=f"{stem}-act", in_place=True, negative_slope=0.1)
        return x

    def residual(self, bottom: Blob, channels: int) -> Blob:
        """A 1x1 and a 3x3 convolution, added to the bottom."""
        x = self.convolution(bottom, channels // 2, 1)
        x = self.convolution(x, channels, 3)
        added: Blob = L.Eltwise(bottom, x, name=self._name("shortcut"))
        return added

    def boxes(
        self, x: Blob, channels: int, boxes: int, classes: int, *, last: bool = False
    ) -> Blob:
        """Seven convolutions, of which the last has the boxes; return what the fifth produces."""
        for _ in range(2):
            x = self.convolution(x, channels, 1)
            x = self.convolution(x, 2 * channels, 3)
        fifth = self.convolution(x, channels, 1)
        x = self.convolution(fifth, 2 * channels, 3)
        name = head(self._name("conv"), classes, 80)
        x = L.Convolution(x, name=name, num_output=boxes, kernel_size=1)
        if not last:
            # The layers of Darknet that decode, and that go back to an earlier layer.
            L.Concat(x, name=self._name("yolo"))
            fifth = L.Concat(fifth, name=self._name("route"))
        return fifth

    def enlarged(self, bottom: Blob, channels: int, earlier: Blob) -> Blob:
        """Twice the image, joined with the end of an earlier stage."""
        x = self.convolution(bottom, channels, 1)
        x = L.Upsample(x, name=self._name("upsample"), scale=2)
        joined: Blob = L.Concat(x, earlier, name=self._name("route"))
        return joined
