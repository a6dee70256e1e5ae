"""U-Net."""

from __future__ import annotations

from typing import Any, Literal

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, current_net, head
from protogen.zoo._network import network
from protogen.zoo._options import Size


@network(
    "unet",
    (58, 31_101_589, 0, 157_477_315_840),
    title="U-Net",
    paper=(
        'Ronneberger et al. 2015, "U-Net: Convolutional Networks for Biomedical Image'
        ' Segmentation", Figure 1'
    ),
    source="haozhang-qd/semantic_segmentation_caffe: u_net.prototxt",
    deviations=(
        "the published file crops at the corner; the paper (version=paper) at the center",
        "the published file chooses its data by stages; the form for training, by phases",
    ),
)
def unet(
    form: Form,
    *,
    classes: int = 21,
    size: Size = 572,
    version: Literal["published", "paper"] = "published",
) -> None:
    """Four stages down and four up, each of two 3x3 convolutions, joined by crops."""
    # Without padding, the scores lack 92 pixels on each side of the image.
    x = form.labeled_image(size, channels=1, margin=184)
    x = _convolution(x, "conv_d0a-b_new", "d0b", 64)
    x = _convolution(x, "conv_d0b-c", "d0c", 64)
    for stage in range(1, 5):
        x = _down(x, stage)
        # Section 3.1: dropouts at the end of the contracting path.
        if stage >= 3 and form.training:
            L.Dropout(x, name=f"dropout_d{stage}c", in_place=True, dropout_ratio=0.5)
    for stage in (3, 2, 1, 0):
        x = _up(x, stage, "aligned" if version == "paper" else None)
    scores = L.Convolution(
        x,
        name=head("conv_u0d-score_new", classes, 21),
        top="score",
        num_output=classes,
        kernel_size=1,
    )
    form.segment(scores)


def _convolution(bottom: Blob, name: str, top: str, channels: int) -> Blob:
    # Without a pad, each takes one pixel away on each side.
    x: Blob = L.Convolution(bottom, name=name, top=top, num_output=channels, kernel_size=3)
    L.ReLU(x, name=f"relu_{top}", in_place=True)
    return x


def _down(bottom: Blob, stage: int) -> Blob:
    """Half the image, with twice the channels."""
    name, channels = f"pool_d{stage - 1}c-{stage}a", 64 * 2**stage
    x: Blob = L.Pooling(bottom, name=name, top=f"d{stage}a", pool="MAX", kernel_size=2, stride=2)
    x = _convolution(x, f"conv_d{stage}a-b", f"d{stage}b", channels)
    return _convolution(x, f"conv_d{stage}b-c", f"d{stage}c", channels)


def _up(bottom: Blob, stage: int, offset: Any) -> Blob:
    """Twice the image, joined with the last one of the same stage on the way down."""
    net = current_net()
    down, up = f"d{stage}c", f"u{stage}"
    channels = 64 * 2**stage
    # The published file does not halve the channels before the last stage.
    inner = max(channels, 128)
    source = "d4c" if stage == 3 else f"u{stage + 1}d"
    # Its windows do not overlap: each element becomes four.
    x = L.Deconvolution(
        bottom,
        name=f"upconv_{source}_{up}a",
        top=f"{up}a",
        num_output=inner,
        kernel_size=2,
        stride=2,
    )
    L.ReLU(x, name=f"relu_{up}a", in_place=True)
    # Without padding, what comes from the way down is larger.
    cropped = L.Crop(net[down], x, name=f"crop_{down}-{down}c", top=f"{down}c", offset=offset)
    x = L.Concat(x, cropped, name=f"concat_{down}c_{up}a-b", top=f"{up}b")
    x = _convolution(x, f"conv_{up}b-c", f"{up}c", channels)
    return _convolution(x, f"conv_{up}c-d", f"{up}d", channels)
