"""What several targets cannot all read in one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protogen.analysis import Analysis
from protogen.diagnostics import Diagnostic
from protogen.graph import Step
from protogen.poolings import pooled_axes
from protogen.portability.dialect.poolings import floor_spelling, way_to_round
from protogen.portability.dialect.together import together
from protogen.portability.subject import Subject
from protogen.rules import named
from protogen.targets import Target

__all__ = ["conflicts"]


def conflicts(subject: Subject, targets: Sequence[Target]) -> Iterator[Diagnostic]:
    """The poolings that round down, for which no spelling is read by all targets."""
    read = {target.title: target.pooling.floor for target in targets if target.pooling}
    # OpenCV reads ceil_mode, for example, and nncase only round_mode.
    if len(read) < 2 or set.intersection(*map(set, read.values())):
        return
    listed = ", ".join(f"{title} {_words(spellings)}" for title, spellings in read.items())
    for step in subject.analysis.of_type("Pooling"):
        spelling = floor_spelling(step.layer.pooling_param)
        if not spelling or not _has_remainder(subject.analysis, step):
            continue
        yield named("targets-conflict").diagnostic(
            f"no spelling of rounding down is read by all targets: {listed}",
            layer=step.name,
            type=step.type,
            layer_index=step.index,
            field=f"pooling_param.{spelling}",
            hint=_hint(subject, targets, step),
        )


def _has_remainder(analysis: Analysis, step: Step) -> bool:
    """Whether there is anything to round at the size of this net."""
    if not step.bottoms:
        return False
    axes = pooled_axes(analysis, step)
    return any(axis.remainder for axis in axes)


def _hint(subject: Subject, targets: Sequence[Target], step: Step) -> str:
    """How to write a pooling for all targets: cut, as for one that only rounds up."""
    for target in together(targets):
        way = way_to_round(target, step.layer, step.index, subject.analyses)
        if not way.change(step.layer.pooling_param):
            return ""
    names = ",".join(target.name for target in targets)
    return f"protogen convert --to {names} writes a pooling that all read"


def _words(spellings: Sequence[str]) -> str:
    """What a target reads, as the end of a phrase."""
    if not spellings:
        return "has none"
    return f"reads {' or '.join(spellings)}"
