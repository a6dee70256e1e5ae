"""How layers are connected, for several checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protogen.analysis import Analysis
from protogen.graph import Step

__all__ = ["MEASURES", "in_words", "list_names", "reads_while_writing", "sources"]

#: Types whose tops are for people to read, not for other layers.
MEASURES = ("Accuracy", "ArgMax", "DetectionEvaluate", "SegAccuracy")


#: More layers than these are only counted.
_MOST_LISTED = 3


def reads_while_writing(step: Step) -> bool:
    """Whether the layer still reads its bottom after it has begun to write its top."""
    # Of a type that nobody knows, nothing is assumed.
    if step.schema is None:
        return False
    return step.schema.reads_bottom_while_writing


def sources(analysis: Analysis) -> Iterator[Step]:
    """The layers that bring in data: those without bottoms that learn nothing."""
    return (step for step in analysis.steps if step.is_source)


def list_names(steps: list[Step]) -> str:
    """The names of up to three layers, and the number of the others."""
    names = [f'"{step.name}"' for step in steps]
    listed = ", ".join(names[:_MOST_LISTED])
    if len(names) > _MOST_LISTED:
        listed += f" and {len(names) - _MOST_LISTED} more"
    return listed


def in_words(words: Sequence[str]) -> str:
    """``a``, ``a and b``, or ``a, b and c``."""
    *others, last = words
    if not others:
        return last
    return f"{', '.join(others)} and {last}"
