from __future__ import annotations

from typing import Any

from protogen import layers as L
from protogen.compose.blob import Blob


def conv_relu(bottom: Blob, *, name: str | None = None, **convolution: Any) -> Blob:
    """Add a Convolution and a ReLU in place.

    (N, C, H, W) becomes (N, num_output, H', W'), with H' and W' as the Convolution gives them.
    ``convolution`` are the keywords of the Convolution. The ReLU after ``conv1`` is called
    ``relu1``; after any other name, ``relu_`` and that name.
    (source: Krizhevsky et al. 2012, "ImageNet Classification with Deep Convolutional Neural
    Networks")
    """
    top: Blob = L.Convolution(bottom, name=name, **convolution)
    L.ReLU(top, in_place=True, name=_relu_name(name))
    return top


def _relu_name(name: str | None) -> str | None:
    if not name:
        return name
    number = name.removeprefix("conv")
    # As in the published prototxt: conv1_1 has relu1_1, and fc6 has relu_fc6.
    if number and number != name:
        return f"relu{number}"
    return f"relu_{name}"
