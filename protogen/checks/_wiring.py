"""What several rules ask about the wiring of a net."""

from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.graph import Step

__all__ = ["MEASURES", "named", "passing_gradients", "sources"]

#: Layers whose tops are there to be looked at.
MEASURES = ("Accuracy", "ArgMax", "DetectionEvaluate", "SegAccuracy")


def sources(analysis: Analysis) -> Iterator[Step]:
    """The layers that bring in data: no bottoms, and nothing learnt."""
    return (s for s in analysis.steps if not s.layer.bottom and s.layer.type != "Parameter")


def passing_gradients(analysis: Analysis) -> set[Step]:
    """The layers through which, in training, a gradient goes on to their bottoms."""
    changing: set[Step] = set()
    passing: set[Step] = set()
    for step in analysis.steps if analysis.trained else ():
        if step not in analysis.useful:
            continue
        if any(bottom is not None and bottom.step in changing for bottom in step.bottoms):
            passing.add(step)
        if step in passing or (step.learns and _moves(step)):
            changing.add(step)
    return passing


def _moves(step: Step) -> bool:
    return not step.layer.param or any(spec.lr_mult for spec in step.layer.param)


def named(steps: list[Step]) -> str:
    """The layers' names, up to three of them."""
    names = [f'"{step.name}"' for step in steps]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
