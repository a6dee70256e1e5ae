"""What several rules ask about the wiring of a net."""

from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._rule import Run
from protogen.graph import Step

__all__ = ["MEASURES", "named", "sources"]

#: Layers whose tops are there to be looked at.
MEASURES = ("Accuracy", "ArgMax", "DetectionEvaluate", "SegAccuracy")


def sources(run: Run) -> Iterator[Step]:
    """The layers that bring in data: no bottoms, and nothing learnt."""
    return (s for s in run.steps if not s.layer.bottom and s.layer.type != "Parameter")


def named(steps: list[Step]) -> str:
    """The layers' names, up to three of them."""
    names = [f'"{step.layer.name}"' for step in steps]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
