from __future__ import annotations

from typing import Any

from protogen.compose.blob import Blob
from protogen.compose.blocks._normalised import Names, normalised
from protogen.program import reject


def depthwise_separable(
    bottom: Blob, *, num_output: int, name: str, stride: int = 1, **convolution: Any
) -> Blob:
    """A 3x3 Convolution of each channel by itself, then a 1x1 Convolution that mixes them.

    (N, C, H, W) becomes (N, num_output, H', W'); H' is H, or with ``stride`` 2 half of it, rounded
    up. The number of channels C has to be known. The block ``conv2_1`` has layers ``conv2_1/dw``,
    ``conv2_1/dw/bn``, ``conv2_1/dw/scale``, ``relu2_1/dw`` and the same with ``sep``.
    ``convolution`` are further keywords of both Convolutions. (source: Howard et al. 2017)
    """
    stem = name.removeprefix("conv")

    def names(part: str) -> Names:
        conv = f"{name}/{part}"
        return Names(conv, f"{conv}/bn", f"{conv}/scale", f"relu{stem}/{part}")

    channels = bottom.shape[1] if bottom.shape and len(bottom.shape) > 1 else None
    if channels is None:
        reject(f'the channels of "{bottom.name}" are not known, nor so how many to filter', name)
    x = normalised(
        bottom,
        names("dw"),
        num_output=channels,
        group=channels,
        kernel_size=3,
        pad=1,
        stride=stride,
        **convolution,
    )
    return normalised(x, names("sep"), num_output=num_output, kernel_size=1, **convolution)
