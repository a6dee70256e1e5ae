from __future__ import annotations

from typing import Any

from protogen.compose.blob import Blob
from protogen.compose.blocks._normalised import Names, normalised


def conv_bn_scale_relu(
    bottom: Blob, *, name: str | None = None, relu: bool = True, **convolution: Any
) -> Blob:
    """A Convolution, its batch normalised, scaled and shifted, and a ReLU unless ``relu=False``.

    (N, C, H, W) becomes (N, num_output, H', W'). ``convolution`` are the keywords of the
    Convolution, which has no bias unless ``bias_term=True``: the Scale has one. The layers after
    ``conv1`` are ``bn_conv1``, ``scale_conv1`` and ``conv1_relu``.
    (source: Ioffe & Szegedy 2015; names: He et al. 2015)
    """
    names = Names(None, None, None, None)
    if name is not None:
        names = Names(name, f"bn_{name}", f"scale_{name}", f"{name}_relu")
    return normalised(bottom, names, relu=relu, **convolution)
