from __future__ import annotations

from typing import Any

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.compose.blocks.conv_relu import conv_relu
from protogen.compose.composition import scope


def fire(bottom: Blob, *, squeeze: int, expand: int, name: str, **convolution: Any) -> Blob:
    """Add a fire module: a 1x1 Convolution, then 1x1 and 3x3 Convolutions of it side by side.

    (N, C, H, W) becomes (N, 2 * expand, H, W). ``squeeze`` is the ``num_output`` of the first
    Convolution, ``expand`` that of each of the other two. ``convolution`` are further keywords of
    all three.
    (source: Iandola et al. 2016, "SqueezeNet", Figure 1)
    """
    with scope(name):
        x = conv_relu(bottom, name="squeeze1x1", num_output=squeeze, kernel_size=1, **convolution)
        one = conv_relu(x, name="expand1x1", num_output=expand, kernel_size=1, **convolution)
        three = conv_relu(
            x, name="expand3x3", num_output=expand, kernel_size=3, pad=1, **convolution
        )
        joined: Blob = L.Concat(one, three, name="concat")
        return joined
