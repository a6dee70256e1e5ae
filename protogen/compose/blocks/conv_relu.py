from __future__ import annotations

from typing import Any

from protogen import layers as L
from protogen.compose.blob import Blob


def conv_relu(bottom: Blob, *, name: str | None = None, **convolution: Any) -> Blob:
    """A Convolution, and a ReLU that overwrites its top.

    (N, C, H, W) becomes (N, num_output, H', W'). ``convolution`` are the keywords of the
    Convolution. The ReLU of ``conv1`` is ``relu1``, that of any other name ``relu_`` and the name.
    (source: Krizhevsky et al. 2012)
    """
    top: Blob = L.Convolution(bottom, name=name, **convolution)
    L.ReLU(top, in_place=True, name=name and _relu_name(name))
    return top


def _relu_name(name: str) -> str:
    is_conv = name.startswith("conv") and name != "conv"
    return f"relu{name[4:]}" if is_conv else f"relu_{name}"
