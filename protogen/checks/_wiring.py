"""How layers are connected, for several checks."""

from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.graph import Step

__all__ = ["MEASURES", "READ_WHILE_WRITING", "list_names", "sources"]

#: Types whose tops are for people to read, not for other layers.
MEASURES = ("Accuracy", "ArgMax", "DetectionEvaluate", "SegAccuracy")


#: Types that still read their bottom after they have begun to write their top.
READ_WHILE_WRITING = {
    "Concat",
    "Convolution",
    "Crop",
    "Deconvolution",
    "Im2col",
    "InnerProduct",
    "Pooling",
    "Reduction",
    "Tile",
}


def sources(analysis: Analysis) -> Iterator[Step]:
    """The layers that bring in data: those without bottoms that learn nothing."""
    return (s for s in analysis.steps if not s.layer.bottom and s.layer.type != "Parameter")


def list_names(steps: list[Step]) -> str:
    """The names of up to three layers, and the number of the others."""
    names = [f'"{step.name}"' for step in steps]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
