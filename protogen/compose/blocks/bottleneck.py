from __future__ import annotations

from typing import Any

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.compose.blocks._normalised import Names, normalised


def bottleneck(
    bottom: Blob, *, num_output: int, name: str, stride: int = 1, **convolution: Any
) -> Blob:
    """Convolutions of 1x1, 3x3 and 1x1, and a shortcut added to what they make.

    (N, C, H, W) becomes (N, num_output, H', W'); H' is H, or with ``stride`` 2 half of it, rounded
    up. The first two have a quarter of ``num_output`` channels. The shortcut is the bottom itself
    where it has the right shape, else a 1x1 Convolution (branch1). The block ``res2a`` has layers
    ``res2a_branch2a``, ``bn2a_branch2a``, ``scale2a_branch2a`` … and gives ``res2a``.
    ``convolution`` are further keywords of all Convolutions. (source: He et al. 2015, Figure 5)
    """
    stem, inner = name.removeprefix("res"), num_output // 4

    def branch(x: Blob, suffix: str, **keywords: Any) -> Blob:
        place = f"{stem}_branch{suffix}"
        conv = f"{name}_branch{suffix}"
        names = Names(conv, f"bn{place}", f"scale{place}", f"{conv}_relu")
        return normalised(x, names, **convolution, **keywords)

    shortcut = bottom
    if stride != 1 or not bottom.shape or bottom.shape[1:2] != (num_output,):
        shortcut = branch(
            bottom, "1", num_output=num_output, kernel_size=1, stride=stride, relu=False
        )
    x = branch(bottom, "2a", num_output=inner, kernel_size=1, stride=stride)
    x = branch(x, "2b", num_output=inner, kernel_size=3, pad=1)
    x = branch(x, "2c", num_output=num_output, kernel_size=1, relu=False)
    added: Blob = L.Eltwise(shortcut, x, name=name)
    L.ReLU(added, in_place=True, name=f"{name}_relu")
    return added
