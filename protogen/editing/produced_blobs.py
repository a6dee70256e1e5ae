"""The blobs that the layers of a net produce, in whatever phase."""

from __future__ import annotations

from typing import Any

from protogen import proto
from protogen.inference import Inputs

__all__ = ["given_shapes", "produced_blobs"]


def produced_blobs(net: proto.NetParameter) -> set[str]:
    """The names of all tops."""
    names: set[str] = set()
    for layer in net.layer:
        names.update(layer.top)
    return names


def given_shapes(inputs: Inputs, net: proto.NetParameter) -> dict[str, Any]:
    """The shapes that are given for blobs of a net; those of others are left out.

    Shapes may be given for another net, too, and inference rejects the shape of an unknown blob.
    """
    produced = produced_blobs(net)
    return {name: shape for name, shape in inputs.items() if name in produced}
