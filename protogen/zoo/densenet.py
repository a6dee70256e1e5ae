"""DenseNet-BC for ImageNet: each layer reads all earlier ones of its block."""

from __future__ import annotations

from typing import Any, Literal

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, head
from protogen.zoo._network import Registration, network
from protogen.zoo._parts import Naming, bn_relu, conv_bn

_PAPER = 'Huang et al. 2016, "Densely Connected Convolutional Networks", Table 1'

_SHICAI = "shicai/DenseNet-Caffe"

#: The number of layers in each of the four blocks. (source: the paper's Table 1)
_BLOCKS = {
    121: (6, 12, 24, 16),
    161: (6, 12, 36, 24),
    169: (6, 12, 32, 32),
    201: (6, 12, 48, 32),
}

_NAMING = Naming("{}/bn", "{}/scale", "relu{stem}")


def _published(depth: int, figures: tuple[int, int, int, int], growth: int = 32) -> Registration:
    return network(
        f"densenet{depth}",
        figures,
        title=f"DENSENET_{depth}",
        paper=_PAPER,
        solver="densenet",
        source=f"{_SHICAI}: DenseNet_{depth}.prototxt",
        deviations=(
            "the published file needs ceil_mode, which BVLC Caffe lacks; plain=true has round_mode"
            " in its place, and rounding=up neither, so that images of stage 2 are 57x57",
        ),
        needs=("ceil_mode",),
        depth=depth,
        growth=growth,
    )


@_published(121, (548, 7_978_856, 83_769, 2_834_161_664))
@_published(161, (728, 28_681_000, 220_097, 7_727_907_072), growth=48)
@_published(169, (764, 14_149_480, 158_569, 3_359_843_328))
@_published(201, (908, 20_013_928, 229_257, 4_291_365_888))
def densenet(
    form: Form,
    *,
    classes: int = 1000,
    size: int = 224,
    depth: Literal[121, 161, 169, 201] = 121,
    growth: int = 32,
    rounding: Literal["down", "up"] = "down",
    plain: bool = False,
) -> None:
    """Four dense blocks, whose layers add ``growth`` channels each, with transitions between."""
    x = form.image(size, batches=(32, 25), mirror=True, crop_size=size)
    # Section 3: 2k filters of 7x7 with stride 2, for a growth of k.
    channels = 2 * growth
    first: dict[str, Any] = {"num_output": channels, "kernel_size": 7, "pad": 3, "stride": 2}
    x = conv_bn(x, "conv1", _NAMING, in_place=False, **first)
    rounded = _rounding(rounding, plain)
    x = L.Pooling(x, name="pool1", pool="MAX", kernel_size=3, stride=2, pad=1, **rounded)
    for stage, number in enumerate(_BLOCKS[depth], start=2):
        for index in range(1, number + 1):
            x = _layer(x, f"{stage}_{index}", growth)
        channels += number * growth
        # The published 201 alone names what follows a block after its last layer.
        last = f"{stage}_{number}" if depth == 201 else f"{stage}"
        name = f"conv{last}/blk" if depth == 201 else f"conv{last}_blk"
        x = bn_relu(x, _NAMING.of(name))
        # What makes it a DenseNet-BC: a transition keeps half of the channels.
        if stage < 5:
            channels //= 2
            x = L.Convolution(x, name=name, num_output=channels, kernel_size=1, bias_term=False)
            x = L.Pooling(x, name=f"pool{last}", pool="AVE", kernel_size=2, stride=2)
    x = L.Pooling(x, name="pool5", pool="AVE", global_pooling=True)
    # A 1x1 convolution of a 1x1 image is an inner product.
    fc6 = head("fc6", classes, 1000)
    form.classify(L.Convolution(x, name=fc6, num_output=classes, kernel_size=1), prob=None)


def _rounding(rounding: str, plain: bool) -> dict[str, Any]:
    """The keyword for a Pooling to round down, in BVLC Caffe or in the published file's fork."""
    if rounding == "up":
        return {}
    return {"round_mode": "FLOOR"} if plain else {"ceil_mode": False}


def _layer(bottom: Blob, name: str, growth: int) -> Blob:
    """A layer of a dense block: (N, C, H, W) becomes (N, C + growth, H, W)."""
    # A bottleneck of 4k channels, for a growth of k. (source: section 3)
    x = bn_relu(bottom, _NAMING.of(f"conv{name}/x1"))
    x = L.Convolution(
        x, name=f"conv{name}/x1", num_output=4 * growth, kernel_size=1, bias_term=False
    )
    x = bn_relu(x, _NAMING.of(f"conv{name}/x2"))
    x = L.Convolution(
        x, name=f"conv{name}/x2", num_output=growth, kernel_size=3, pad=1, bias_term=False
    )
    # Each later layer of the block reads all of it.
    joined: Blob = L.Concat(bottom, x, name=f"concat_{name}")
    return joined
