from __future__ import annotations

from typing import Any

from protogen.compose.blob import Blob
from protogen.compose.blocks._normalized import Names, normalized


def conv_bn_scale_relu(
    bottom: Blob, *, name: str | None = None, relu: bool = True, **convolution: Any
) -> Blob:
    """Add a Convolution, a BatchNorm, a Scale and, unless ``relu=False``, a ReLU.

    (N, C, H, W) becomes (N, num_output, H', W'), with H' and W' as the Convolution gives them.
    ``convolution`` are the keywords of the Convolution. It has no bias unless ``bias_term=True``,
    because the Scale has one. After ``conv1`` the layers are called ``bn_conv1``, ``scale_conv1``
    and ``conv1_relu``.
    (source: Ioffe & Szegedy 2015, "Batch Normalization"; names: He et al. 2015)
    """
    # Without a name all four layers are numbered.
    names = Names(None, None, None, None)
    if name is not None:
        names = Names(name, f"bn_{name}", f"scale_{name}", f"{name}_relu")
    return normalized(bottom, names, relu=relu, **convolution)
