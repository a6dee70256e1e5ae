from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.compose.blocks.conv_relu import conv_relu
from protogen.compose.composition import scope
from protogen.program import reject


def inception(bottom: Blob, *, num_output: Sequence[int], name: str, **convolution: Any) -> Blob:
    """Add an inception module: 1x1, 3x3 and 5x5 Convolutions and a pooling side by side.

    (N, C, H, W) becomes (N, C', H, W), where C' is the sum of the 1x1, 3x3, 5x5 and pool proj
    outputs. ``num_output`` is a row of the paper's Table 1: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5
    and pool proj. The reductions are 1x1 Convolutions, which make the larger kernels cheaper; a
    reduction of 0 is left out. ``convolution`` are further keywords of all six Convolutions.
    (source: Szegedy et al. 2014, "Going Deeper with Convolutions", Figure 2(b))
    """
    if len(num_output) != 6:
        reject(
            f"expected 6 values in num_output, got {len(num_output)}",
            name,
            hint="give those of 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5 and pool proj",
        )
    one, three_reduce, three, five_reduce, five, proj = num_output
    with scope(name):
        single = conv_relu(bottom, name="1x1", num_output=one, kernel_size=1, **convolution)
        reduced = _reduce(bottom, three_reduce, "3x3_reduce", convolution)
        triple = conv_relu(
            reduced, name="3x3", num_output=three, kernel_size=3, pad=1, **convolution
        )
        reduced = _reduce(bottom, five_reduce, "5x5_reduce", convolution)
        quintuple = conv_relu(
            reduced, name="5x5", num_output=five, kernel_size=5, pad=2, **convolution
        )
        # Stride 1 and pad 1 keep the height and width, so that all four can be concatenated.
        pool = L.Pooling(bottom, name="pool", pool="MAX", kernel_size=3, stride=1, pad=1)
        pool = conv_relu(pool, name="pool_proj", num_output=proj, kernel_size=1, **convolution)
        output: Blob = L.Concat(single, triple, quintuple, pool, name="output")
        return output


def _reduce(bottom: Blob, num_output: int, name: str, convolution: Mapping[str, Any]) -> Blob:
    if not num_output:
        return bottom
    return conv_relu(bottom, name=name, num_output=num_output, kernel_size=1, **convolution)
