"""Two nets compared by meaning instead of text, and which weights of one fit the other."""

from protogen.differences.net_differences import (
    IGNORABLE,
    Difference,
    NetDifferences,
    diff,
    present,
)
from protogen.differences.weights import BlobFit, WeightsFit, weights_fit

__all__ = [
    "IGNORABLE",
    "BlobFit",
    "Difference",
    "NetDifferences",
    "WeightsFit",
    "diff",
    "present",
    "weights_fit",
]
