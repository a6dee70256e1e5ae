"""SqueezeNext: residual blocks of 1x1, 1x1, 3x1, 1x3 and 1x1 convolutions."""

from __future__ import annotations

from typing import Any, Literal

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form
from protogen.zoo._network import Registration, network
from protogen.zoo._parts import scaled

_PAPER = 'Gholami et al. 2018, "SqueezeNext: Hardware-Aware Neural Network Design"'

_GHOLAMI = "amirgholami/SqueezeNext"


_DEVIATIONS = (
    "the published file is for training; for deployment a Softmax replaces its last layers",
)

#: The number of blocks of each stage.
_BLOCKS = {"23": (6, 6, 8, 1), "23v5": (2, 4, 14, 1)}


def _published(name: str, folder: str, *figures: int, **preset: Any) -> Registration:
    layers, weights, statistics, macs = figures
    return network(
        f"squeezenext-{name}",
        (layers, weights, statistics, macs),
        title=folder,
        paper=_PAPER,
        source=f"{_GHOLAMI}: {folder}/train_val.prototxt",
        deviations=_DEVIATIONS,
        **preset,
    )


@_published("1.0-23", "1.0-SqNxt-23", 491, 717_280, 11_663, 277_999_808)
@_published("1.0-23v5", "1.0-SqNxt-23v5", 491, 930_016, 14_479, 224_916_480, version="23v5")
@_published("2.0-23", "2.0-SqNxt-23", 491, 2_361_728, 22_831, 742_070_464, width=2.0)
@_published("1.0-g-23", "1.0-G-SqNxt-23", 491, 543_072, 11_663, 224_191_552, groups=2)
def squeezenext(
    form: Form,
    *,
    classes: int = 1000,
    size: int = 227,
    width: float = 1.0,
    groups: int = 1,
    version: Literal["23", "23v5"] = "23",
) -> None:
    """Blocks that squeeze twice before a 3x3 convolution, which is split in two."""
    x = form.image(size, batches=(32, 25), crop_size=size)
    layers = _Layers(groups, version == "23v5")
    kernel = 5 if version == "23v5" else 7
    x = layers.convolution(x, 64, relu="conv1", kernel_size=kernel, stride=2)
    x = L.Pooling(x, name="pool1", pool="MAX", kernel_size=3, stride=2)
    lasts = ("bypass_128_3", "bypass_256_3", "bypass_512_6", "bypass_1024_3")
    for stage, (last, blocks) in enumerate(zip(lasts, _BLOCKS[version])):
        for index in range(blocks):
            x = layers.block(
                x,
                scaled(32 * 2**stage, width),
                stride=2 if stage and not index else None,
                shortcut=index == 0,
                relu=last if index == blocks - 1 else None,
            )
    x = layers.convolution(x, 128, relu="conv_128", kernel_size=1)
    x = L.Pooling(x, name="pool5", pool="AVE", global_pooling=True)
    scores = L.InnerProduct(x, name=f"fc{classes}", num_output=classes, bias_term=False)
    form.classify(scores, accuracy={"acc5_test": 5, "acc1_test": 1})


class _Layers:
    """The layers of the blocks, numbered as NetSpec numbers them."""

    def __init__(self, groups: int, shared: bool) -> None:
        self.groups = groups if groups > 1 else None
        #: Whether the convolution of a shortcut is read by the other branch, too.
        self.shared = shared
        self.convolutions = self.relus = self.sums = 0

    def convolution(
        self, bottom: Blob, num_output: int, *, relu: str | None = None, **keywords: Any
    ) -> Blob:
        """A convolution with batch normalization and a ReLU, which may have a name."""
        self.convolutions += 1
        number = self.convolutions
        top: Blob = L.Convolution(
            bottom, name=f"Convolution{number}", num_output=num_output, bias_term=False, **keywords
        )
        L.BatchNorm(top, name=f"BatchNorm{number}", in_place=True)
        L.Scale(top, name=f"Scale{number}", in_place=True, bias_term=True)
        self._relu(top, relu)
        return top

    def _relu(self, x: Blob, name: str | None) -> None:
        if name is None:
            self.relus += 1
            name = f"ReLU{self.relus}"
        L.ReLU(x, name=name, in_place=True)

    def block(
        self,
        bottom: Blob,
        channels: int,
        *,
        stride: int | None,
        shortcut: bool,
        relu: str | None,
    ) -> Blob:
        """A residual block; ``shortcut`` is whether its shortcut is a convolution."""
        added = bottom
        if shortcut:
            added = self.convolution(bottom, channels, kernel_size=1, stride=stride)
        # The shortcut has halved the image already.
        if self.shared:
            bottom, stride = added, None
        group = self.groups
        x = self.convolution(bottom, channels // 2, kernel_size=1, stride=stride, group=group)
        x = self.convolution(x, channels // 4, kernel_size=1)
        # A 3x1 and a 1x3 have 6 weights where a 3x3 has 9.
        column: dict[str, Any] = {"kernel_h": 3, "kernel_w": 1, "pad_h": 1, "pad_w": 0}
        row: dict[str, Any] = {"kernel_h": 1, "kernel_w": 3, "pad_h": 0, "pad_w": 1}
        # Blocks begin with a column and with a row in turn.
        kernels = (row, column) if self.sums % 2 else (column, row)
        for kernel in kernels:
            x = self.convolution(x, channels // 2, group=group, **kernel)
        x = self.convolution(x, channels, kernel_size=1)
        self.sums += 1
        top: Blob = L.Eltwise(added, x, name=f"Eltwise{self.sums}")
        self._relu(top, relu)
        return top
