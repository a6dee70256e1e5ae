from __future__ import annotations

from typing import Any

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.compose.blocks._normalized import Names, normalized


def bottleneck(
    bottom: Blob, *, num_output: int, name: str, stride: int = 1, **convolution: Any
) -> Blob:
    """Add a residual block of ResNet-50, 101 and 152: 1x1, 3x3 and 1x1 Convolutions and a shortcut.

    (N, C, H, W) becomes (N, num_output, H', W'). H' is H with ``stride`` 1, and half of H, rounded
    up, with ``stride`` 2; W' likewise. The first two Convolutions have ``num_output`` / 4 channels.
    If the bottom has the shape of the result, it is the shortcut itself; otherwise the shortcut is
    a 1x1 Convolution (branch1). The block ``res2a`` has the layers ``res2a_branch2a``,
    ``bn2a_branch2a``, ``scale2a_branch2a`` … and the top ``res2a``. ``convolution`` are further
    keywords of all Convolutions.
    (source: He et al. 2015, "Deep Residual Learning for Image Recognition", Figure 5)
    """

    def branch(x: Blob, suffix: str, **keywords: Any) -> Blob:
        """A Convolution with its normalization."""
        return normalized(x, _branch_names(name, suffix), **convolution, **keywords)

    shortcut = bottom
    # If the number of channels is unknown, it may be wrong.
    same_channels = bottom.shape is not None and bottom.shape[1:2] == (num_output,)
    if stride != 1 or not same_channels:
        # The ReLU comes after the sum, so that both of its terms may be negative.
        shortcut = branch(
            bottom, "1", num_output=num_output, kernel_size=1, stride=stride, relu=False
        )
    inner = num_output // 4
    x = branch(bottom, "2a", num_output=inner, kernel_size=1, stride=stride)
    x = branch(x, "2b", num_output=inner, kernel_size=3, pad=1)
    x = branch(x, "2c", num_output=num_output, kernel_size=1, relu=False)
    added: Blob = L.Eltwise(shortcut, x, name=name)
    L.ReLU(added, in_place=True, name=f"{name}_relu")
    return added


def _branch_names(block: str, suffix: str) -> Names:
    """The names of a Convolution and of its normalization, as in the published prototxt."""
    conv = f"{block}_branch{suffix}"
    # In the prototxt, the normalization of "res2a_branch2a" is "bn2a_branch2a".
    stem = f"{block.removeprefix('res')}_branch{suffix}"
    return Names(conv, f"bn{stem}", f"scale{stem}", f"{conv}_relu")
