"""How layers are connected, for several checks."""

from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.graph import Step

__all__ = ["MEASURES", "list_names", "passing_gradients", "sources"]

#: Types whose tops are for people to read, not for other layers.
MEASURES = ("Accuracy", "ArgMax", "DetectionEvaluate", "SegAccuracy")


def sources(analysis: Analysis) -> Iterator[Step]:
    """The layers that bring in data: those without bottoms that learn nothing."""
    return (s for s in analysis.steps if not s.layer.bottom and s.layer.type != "Parameter")


def passing_gradients(analysis: Analysis) -> set[Step]:
    """The layers that, in training, pass a gradient on to their bottoms.

    Caffe computes the gradient of a bottom only if an earlier layer learns something from it, and
    only in layers that a loss depends on.  (source: ``Net::Init``, ``bottom_need_backward_``)
    """
    if not analysis.trained:
        return set()
    needing: set[Step] = set()
    passing: set[Step] = set()
    for step in analysis.steps:
        if step not in analysis.useful:
            continue
        if any(bottom is not None and bottom.step in needing for bottom in step.bottoms):
            passing.add(step)
        if step in passing or (step.learns and _is_updated(step)):
            needing.add(step)
    return passing


def _is_updated(step: Step) -> bool:
    """Whether one of the layer's learning rates is not 0."""
    return not step.layer.param or any(spec.lr_mult for spec in step.layer.param)


def list_names(steps: list[Step]) -> str:
    """The names of up to three layers, and the number of the others."""
    names = [f'"{step.name}"' for step in steps]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
