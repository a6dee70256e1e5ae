"""What is known of the networks of the zoo: their figures, and where they are from."""

from __future__ import annotations

from dataclasses import dataclass

from protogen.analysis import Analysis
from protogen.graph import Value
from protogen.shapes import Shape
from protogen.zoo import Network

__all__ = ["NetworkSummary", "depth", "summarize_network"]

#: The layers that count for the depth of a network, as papers count it.
_LEARNING = {"Convolution", "Deconvolution", "InnerProduct"}


@dataclass(frozen=True)
class NetworkSummary:
    """A network as it was published.

    ``image`` is the shape of its first blob. ``depth`` is the number of layers with weights on the
    longest way through it. ``has_plain_form`` is whether it can also be composed of layers that
    BVLC Caffe has.
    """

    network: Network
    image: Shape
    depth: int
    has_plain_form: bool


def summarize_network(network: Network) -> NetworkSummary:
    """Compose a network and summarize it."""
    analysis = network.net().analysis()
    # The first blob of each network is its images.
    image = next(iter(analysis.blobs.values()))
    return NetworkSummary(network, image, depth(analysis), "plain" in network.options)


def depth(analysis: Analysis) -> int:
    """The number of layers with weights on the longest way through a net."""
    depths: dict[Value, int] = {}
    # Caffe runs layers as they are written, so the bottoms of a layer have their depths by then.
    for step in analysis.steps:
        deepest = 0
        for value in step.bottoms:
            if value is not None:
                deepest = max(deepest, depths[value])
        if step.type in _LEARNING:
            deepest += 1
        depths.update(dict.fromkeys(step.tops, deepest))
    return max(depths.values(), default=0)
