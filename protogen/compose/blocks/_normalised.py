"""A Convolution with a batch normalisation, as several blocks have it under several names."""

from __future__ import annotations

from typing import Any, NamedTuple

from protogen import layers as L
from protogen.compose.blob import Blob


class Names(NamedTuple):
    """The names of the four layers; without a ``relu`` there is none."""

    conv: str | None
    bn: str | None
    scale: str | None
    relu: str | None


def normalised(bottom: Blob, names: Names, *, relu: bool = True, **convolution: Any) -> Blob:
    """Convolution without a bias, BatchNorm, Scale with the bias, ReLU; all but the first in place.

    Caffe's BatchNorm only normalises; the learned scale and shift are a layer of their own.
    """
    convolution.setdefault("bias_term", False)
    top: Blob = L.Convolution(bottom, name=names.conv, **convolution)
    L.BatchNorm(top, in_place=True, name=names.bn)
    L.Scale(top, in_place=True, name=names.scale, bias_term=True)
    if relu:
        L.ReLU(top, in_place=True, name=names.relu)
    return top
