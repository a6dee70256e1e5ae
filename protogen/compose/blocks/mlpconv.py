from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.compose.blob import Blob
from protogen.compose.blocks.conv_relu import conv_relu
from protogen.program import reject


def mlpconv(
    bottom: Blob, *, num_output: Sequence[int], name: Sequence[str], **convolution: Any
) -> Blob:
    """Add an mlpconv layer: a Convolution followed by 1x1 Convolutions, each with a ReLU.

    (N, C, H, W) becomes (N, num_output[-1], H', W'), with H' and W' as the first Convolution gives
    them. The 1x1 Convolutions are a perceptron on the channels of each pixel ("cascaded cross
    channel parametric pooling"). ``num_output`` and ``name`` have a value for each Convolution.
    ``convolution`` are keywords of the first Convolution; fillers among them are for all.
    (source: Lin et al. 2013, "Network In Network", Section 3.1)
    """
    if not name or len(num_output) != len(name):
        reject(
            f"expected a num_output and a name for each Convolution, got {len(num_output)} and"
            f" {len(name)}",
            " ".join(name),
        )
    fillers = {}
    for key, value in convolution.items():
        # kernel_size, stride and pad are for the first Convolution only.
        if key.endswith("_filler"):
            fillers[key] = value
    top = conv_relu(bottom, num_output=num_output[0], name=name[0], **convolution)
    for outputs, each in zip(num_output[1:], name[1:]):
        top = conv_relu(top, num_output=outputs, kernel_size=1, name=each, **fillers)
    return top
