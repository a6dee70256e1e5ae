from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.compose.blob import Blob
from protogen.compose.blocks.conv_relu import conv_relu
from protogen.program import reject


def mlpconv(
    bottom: Blob, *, num_output: Sequence[int], name: Sequence[str], **convolution: Any
) -> Blob:
    """A Convolution followed by 1x1 Convolutions: a small perceptron slid over the image.

    (N, C, H, W) becomes (N, num_output[-1], H', W'). The 1x1 Convolutions ("cascaded cross channel
    pooling") mix the channels of each pixel. ``num_output`` and ``name`` have one entry for each
    Convolution; ``convolution`` are keywords of the first, but its fillers go for all.
    (source: Lin et al. 2013, "Network In Network")
    """
    if not len(num_output) == len(name) > 0:
        counts = f"{len(num_output)} num_output for {len(name)} names"
        reject(f"{counts}; an mlpconv has one for each Convolution", " ".join(name))
    fillers = {key: value for key, value in convolution.items() if key.endswith("_filler")}
    top = conv_relu(bottom, num_output=num_output[0], name=name[0], **convolution)
    for outputs, each in zip(num_output[1:], name[1:]):
        top = conv_relu(top, num_output=outputs, kernel_size=1, name=each, **fillers)
    return top
