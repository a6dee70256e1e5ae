"""ZFNet, as the detectors of Ren et al. use it."""

from __future__ import annotations

from typing import Any

from protogen import layers as L
from protogen.compose import blocks
from protogen.compose.blob import Blob

__all__ = ["convolutions"]


def convolutions(x: Blob) -> Blob:
    """The five convolutions: (N, 3, H, W) becomes (N, 256, H / 16, W / 16)."""
    x = _reduce(blocks.conv_relu(x, name="conv1", num_output=96, kernel_size=7, pad=3, stride=2), 1)
    x = _reduce(
        blocks.conv_relu(x, name="conv2", num_output=256, kernel_size=5, pad=2, stride=2), 2
    )
    # The other three keep the size.
    keywords: dict[str, Any] = {"kernel_size": 3, "pad": 1}
    for number, channels in ((3, 384), (4, 384), (5, 256)):
        x = blocks.conv_relu(x, name=f"conv{number}", num_output=channels, **keywords)
    return x


def _reduce(bottom: Blob, number: int) -> Blob:
    """A normalization within each channel, and a pooling."""
    x = L.LRN(
        bottom,
        name=f"norm{number}",
        local_size=3,
        alpha=5e-5,
        beta=0.75,
        norm_region="WITHIN_CHANNEL",
    )
    pooled: Blob = L.Pooling(x, name=f"pool{number}", pool="MAX", kernel_size=3, stride=2, pad=1)
    return pooled
