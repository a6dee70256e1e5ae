"""SegNet: VGG-16 without its inner products, and its mirror image."""

from __future__ import annotations

from typing import Any

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, head
from protogen.zoo._network import network
from protogen.zoo._options import Size
from protogen.zoo.vgg import STAGES


@network(
    "segnet",
    (88, 29_449_355, 0, 106_712_432_640),
    title="SegNet",
    paper=(
        "Badrinarayanan et al. 2015,"
        ' "SegNet: A Deep Convolutional Encoder-Decoder Architecture for Image Segmentation"'
    ),
    solver="segnet",
    source="alexgkendall/SegNet-Tutorial: Models/segnet_inference.prototxt",
    deviations=(
        "with an Input for deployment, not a DenseImageData layer",
        "for training without class_weighting, which depends on the data",
    ),
    needs=("BN", "Upsample"),
)
def segnet(form: Form, *, classes: int = 11, size: Size = (360, 480)) -> None:
    """Thirteen convolutions down, and thirteen up that undo each pooling by its mask."""
    x = _data(form, size)
    masks, shapes = [], []
    convolutions = [(width, numbers[0]) for width, numbers in STAGES.items()] + [(512, 3)]
    for stage, (channels, number) in enumerate(convolutions, start=1):
        for index in range(1, number + 1):
            x = _convolution(form, x, f"{stage}_{index}", channels)
        # The sizes before the poolings: Caffe rounds up, so that twice the size may be too large.
        shapes.append(x.shape or ())
        name = f"pool{stage}"
        # The mask says where each maximum was, for the Upsample of the same stage.
        x, mask = L.Pooling(
            x, name=name, top=[name, f"{name}_mask"], pool="MAX", kernel_size=2, stride=2
        )
        masks.append(mask)
    for stage in range(5, 0, -1):
        x = _upsample(x, masks[stage - 1], stage, shapes[stage - 1])
        channels, number = convolutions[stage - 1]
        for index in range(number, 1, -1):
            x = _convolution(form, x, f"{stage}_{index}_D", channels)
        if stage > 1:
            # The last convolution of a stage has the channels of the next one.
            x = _convolution(form, x, f"{stage}_1_D", convolutions[stage - 2][0])
    scores = L.Convolution(
        x, name=head("conv1_1_D", classes, 11), num_output=classes, kernel_size=3, pad=1
    )
    if form.training:
        form.segment(scores, ignore_label=classes)
    else:
        L.Softmax(scores, name="prob")


def _data(form: Form, size: Size) -> Blob:
    if not form.training:
        return form.image(size)
    return form.dense_image(size, batch=4, source="/SegNet/CamVid/train.txt")


def _convolution(form: Form, bottom: Blob, name: str, channels: int) -> Blob:
    """A convolution, the fork's batch normalization and a ReLU."""
    x: Blob = L.Convolution(bottom, name=f"conv{name}", num_output=channels, kernel_size=3, pad=1)
    L.BN(
        x,
        name=f"conv{name}_bn",
        in_place=True,
        scale_filler={"type": "constant", "value": 1},
        shift_filler={"type": "constant", "value": 0.001},
        bn_mode=None if form.training else "INFERENCE",
    )
    L.ReLU(x, name=f"relu{name}", in_place=True)
    return x


def _upsample(bottom: Blob, mask: Blob, stage: int, shape: tuple[int | None, ...]) -> Blob:
    """The image before a pooling: with a size where twice the size is not that."""
    assert bottom.shape is not None
    height, width = shape[2:]
    doubled = tuple(2 * (side or 0) for side in bottom.shape[2:])
    sizes: dict[str, Any] = {}
    if doubled != (height, width):
        sizes = {"upsample_h": height, "upsample_w": width}
    else:
        sizes = {"scale": 2}
    top: Blob = L.Upsample(bottom, mask, name=f"upsample{stage}", top=f"pool{stage}_D", **sizes)
    return top
