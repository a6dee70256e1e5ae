"""YOLOv2 on Darknet: the convolutions, whose boxes a fork or the program decodes."""

from __future__ import annotations

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, head
from protogen.zoo._network import network
from protogen.zoo._options import Size

#: The channels of convolutions 1 to 21; those that come second of three have a kernel of 1.
_CHANNELS = (
    *(32, 64, 128, 64, 128, 256, 128, 256, 512, 256, 512, 256, 512),
    *(1024, 512, 1024, 512, 1024, 1024, 1024, 1024),
)
_POINTWISE = {4, 7, 10, 12, 15, 17}
_POOLS = {1, 2, 5, 8, 13}


@network(
    "yolov2",
    (91, 48_263_197, 20_565, 14_259_295_232),
    title="gnet_region_voc",
    paper='Redmon & Farhadi 2016, "YOLO9000: Better, Faster, Stronger"',
    source=(
        "gklz1982/caffe-yolov2: examples/yolo/eval_detection/darknet_v3/"
        "gnet_region_test_darknet_deploy.prototxt"
    ),
    deviations=(
        "without the passthrough layer of the paper, as the published file",
        "without a form for training, which needs the RegionLoss of a fork",
    ),
    forms=("deploy",),
)
def yolov2(form: Form, *, classes: int = 20, anchors: int = 5, size: Size = 416) -> None:
    """Darknet-19 without its classifier, and three more convolutions, for 13x13 cells."""
    x = form.image(size)
    for number, channels in enumerate(_CHANNELS, start=1):
        x = _convolution(x, number, channels, 1 if number in _POINTWISE else 3)
        # Five of them make 13x13 cells of 416x416 pixels.
        if number in _POOLS:
            x = L.Pooling(x, name=f"pool{number}", pool="MAX", kernel_size=2, stride=2)
    name = head("conv_reg", classes, 20)
    # Four coordinates, a confidence and the scores of the classes for each anchor.
    L.Convolution(x, name=name, num_output=anchors * (classes + 5), kernel_size=1)


def _convolution(bottom: Blob, number: int, channels: int, kernel: int) -> Blob:
    x: Blob = L.Convolution(
        bottom,
        name=f"conv{number}",
        num_output=channels,
        kernel_size=kernel,
        pad=kernel // 2,
        bias_term=False,
    )
    L.BatchNorm(x, name=f"bn{number}", in_place=True)
    L.Scale(x, name=f"scale_conv{number}", in_place=True, bias_term=True)
    L.ReLU(x, name=f"relu{number}", in_place=True, negative_slope=0.1)
    return x
