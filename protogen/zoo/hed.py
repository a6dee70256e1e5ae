"""HED: edges from every stage of VGG-16."""

from __future__ import annotations

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, current_net
from protogen.zoo._network import network
from protogen.zoo._options import Size
from protogen.zoo.vgg import stages

#: The last convolution of each stage of VGG-16.
_SIDES = ("conv1_2", "conv2_2", "conv3_3", "conv4_3", "conv5_3")


@network(
    "hed",
    (53, 14_717_535, 0, 98_975_347_664),
    title="HED",
    paper='Xie & Tu 2015, "Holistically-Nested Edge Detection"',
    source="s9xie/hed: examples/hed/deploy.prototxt",
    deviations=(
        "the Crop of the published file's fork aligns its bottoms; here the offsets say so",
        "the five layers called crop have names of their own",
    ),
)
def hed(form: Form, *, size: Size = 500) -> None:
    """Scores of edges from each stage, enlarged, cropped to the image, and fused."""
    data = form.labeled_image(size)
    # The pad leaves room for the crops of all stages.
    stages(data, pools=4, first_pad=35)
    net = current_net()
    # Deep supervision: each stage has a loss of its own.
    crops = [_side(form, net[side], data, index) for index, side in enumerate(_SIDES, start=1)]
    x = L.Concat(*crops, name="concat", top="concat-upscore")
    x = L.Convolution(
        x, name="new-score-weighting", top="upscore-fuse", num_output=1, kernel_size=1
    )
    _edges(form, x, "fuse")


def _side(form: Form, bottom: Blob, data: Blob, index: int) -> Blob:
    """The scores of one stage on the whole image."""
    name = f"score-dsn{index}"
    top = name if index > 1 else f"{name}-up"
    x = L.Convolution(bottom, name=name, top=top, num_output=1, kernel_size=1)
    if index > 1:
        factor = 2 ** (index - 1)
        x = L.Deconvolution(
            x,
            name=f"upsample_{factor}",
            top=f"{name}-up",
            num_output=1,
            kernel_size=2 * factor,
            stride=factor,
            # The published weights learn no others than these.
            weight_filler={"type": "bilinear"},
            param=[{"lr_mult": 0}, {"lr_mult": 0}],
        )
    cropped: Blob = L.Crop(
        x, data, name=f"crop{index}", top=f"upscore-dsn{index}", offset="aligned"
    )
    _edges(form, cropped, f"dsn{index}")
    return cropped


def _edges(form: Form, scores: Blob, name: str) -> None:
    """The probability of an edge; in training, its loss."""
    if form.training:
        L.SigmoidCrossEntropyLoss(scores, form.label, name=f"{name}_loss", loss_weight=1)
    else:
        L.Sigmoid(scores, name=f"sigmoid-{name}")
