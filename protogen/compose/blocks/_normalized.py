"""A Convolution with batch normalization, which several blocks have with names of their own."""

from __future__ import annotations

from typing import Any, NamedTuple

from protogen import layers as L
from protogen.compose.blob import Blob


class Names(NamedTuple):
    """The names of the four layers; a layer with the name ``None`` is numbered."""

    conv: str | None
    bn: str | None
    scale: str | None
    relu: str | None


def normalized(bottom: Blob, names: Names, *, relu: bool = True, **convolution: Any) -> Blob:
    """Add a Convolution without a bias and, in place, a BatchNorm, a Scale and a ReLU.

    (N, C, H, W) becomes (N, num_output, H', W'), with H' and W' as the Convolution gives them.
    ``relu=False`` leaves the ReLU out.
    """
    # BatchNorm subtracts the mean, so a bias before it has no effect.
    convolution.setdefault("bias_term", False)
    top: Blob = L.Convolution(bottom, name=names.conv, **convolution)
    L.BatchNorm(top, in_place=True, name=names.bn)
    # In the paper a scale and a shift are part of the normalization; in Caffe they are this layer.
    L.Scale(top, in_place=True, name=names.scale, bias_term=True)
    if relu:
        L.ReLU(top, in_place=True, name=names.relu)
    return top
