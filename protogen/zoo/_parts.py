"""What several networks are composed of."""

from __future__ import annotations

from typing import Any, NamedTuple

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.program import reject

__all__ = ["BIAS_TWICE", "Naming", "average", "bn_relu", "conv_bn", "scaled"]

#: More channels than any layer can have in memory.
_MOST_CHANNELS = 1_000_000

#: Biases learn twice as fast as weights, and do not decay.
BIAS_TWICE: list[dict[str, float]] = [
    {"lr_mult": 1, "decay_mult": 1},
    {"lr_mult": 2, "decay_mult": 0},
]


def average(bottom: Blob, name: str, **keywords: Any) -> Blob:
    """Add an average over the whole image: (N, C, H, W) becomes (N, C, 1, 1).

    As in the published files the kernel has the size of the image, whatever that is.
    """
    assert bottom.shape is not None
    _, _, height, width = bottom.shape
    if height == width:
        keywords["kernel_size"] = height
    else:
        keywords |= {"kernel_h": height, "kernel_w": width}
    averaged: Blob = L.Pooling(bottom, name=name, pool="AVE", stride=1, **keywords)
    return averaged


def scaled(channels: int, width: float) -> int:
    """The channels of a network that is ``width`` times as wide; at least one has to be left."""
    product = channels * width
    if product > _MOST_CHANNELS:
        reject(f"width {width} gives more than {_MOST_CHANNELS:,} channels", "")
    if round(product) < 1:
        reject(f"width {width} leaves none of {channels} channels", "")
    return round(product)


class Naming(NamedTuple):
    """The names of what follows a convolution, as patterns.

    ``{}`` is the name of the convolution, and ``{stem}`` that without its "conv" or "res".
    """

    bn: str
    scale: str
    relu: str

    def of(self, convolution: str) -> Naming:
        """The names after the convolution with this name."""
        stem = convolution.removeprefix("conv").removeprefix("res")
        return Naming(*[pattern.format(convolution, stem=stem) for pattern in self])


def conv_bn(
    bottom: Blob,
    name: str,
    naming: Naming,
    *,
    relu: bool = True,
    in_place: bool = True,
    eps: float | None = None,
    **convolution: Any,
) -> Blob:
    """Add a Convolution without a bias, a BatchNorm, a Scale and, if wanted, a ReLU.

    (N, C, H, W) becomes (N, num_output, H', W'), with H' and W' as the Convolution gives them.
    Unless ``in_place``, the blob after the BatchNorm has that layer's name.
    """
    convolution.setdefault("bias_term", False)
    top = L.Convolution(bottom, name=name, **convolution)
    return bn_relu(top, naming.of(name), relu=relu, in_place=in_place, eps=eps)


def bn_relu(
    bottom: Blob,
    names: Naming,
    *,
    relu: bool = True,
    in_place: bool = False,
    eps: float | None = None,
) -> Blob:
    """Add a BatchNorm, a Scale and, if wanted, a ReLU with these names."""
    top: Blob = L.BatchNorm(bottom, name=names.bn, in_place=in_place, eps=eps)
    L.Scale(top, name=names.scale, in_place=True, bias_term=True)
    if relu:
        L.ReLU(top, name=names.relu, in_place=True)
    return top
