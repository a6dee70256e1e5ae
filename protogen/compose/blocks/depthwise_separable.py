from __future__ import annotations

from typing import Any

from protogen.compose.blob import Blob
from protogen.compose.blocks._normalized import Names, normalized
from protogen.program import reject


def depthwise_separable(
    bottom: Blob, *, num_output: int, name: str, stride: int = 1, **convolution: Any
) -> Blob:
    """Add a block of MobileNet: a 3x3 Convolution of each channel, then a 1x1 Convolution.

    (N, C, H, W) becomes (N, num_output, H', W'). H' is H with ``stride`` 1, and half of H, rounded
    up, with ``stride`` 2; W' likewise. The number of channels C must be known. The block
    ``conv2_1`` has the layers ``conv2_1/dw``, ``conv2_1/dw/bn``, ``conv2_1/dw/scale`` and
    ``relu2_1/dw``, and the same with ``sep``. ``convolution`` are further keywords of both
    Convolutions.
    (source: Howard et al. 2017, "MobileNets", Figure 3)
    """
    stem = name.removeprefix("conv")

    def names(part: str) -> Names:
        conv = f"{name}/{part}"
        return Names(conv, f"{conv}/bn", f"{conv}/scale", f"relu{stem}/{part}")

    channels = None
    if bottom.shape is not None and len(bottom.shape) > 1:
        channels = bottom.shape[1]
    if channels is None:
        reject(f'needs the number of channels of "{bottom.name}", which is unknown', name)
    # As many groups as channels: each output reads only one channel.
    x = normalized(
        bottom,
        names("dw"),
        num_output=channels,
        group=channels,
        kernel_size=3,
        pad=1,
        stride=stride,
        **convolution,
    )
    return normalized(x, names("sep"), num_output=num_output, kernel_size=1, **convolution)
