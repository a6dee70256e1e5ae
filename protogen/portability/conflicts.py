"""What several targets cannot all read in one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protogen.diagnostics import Diagnostic
from protogen.poolings import pooled_axes
from protogen.portability.dialect.poolings import floor_spelling
from protogen.portability.subject import Subject
from protogen.rules import named
from protogen.targets import Target

__all__ = ["conflicts"]


def conflicts(subject: Subject, targets: Sequence[Target]) -> Iterator[Diagnostic]:
    """The poolings that round down, for which no spelling is read by all targets."""
    read = {target.title: target.pooling.floor for target in targets if target.pooling}
    if len(read) < 2 or set.intersection(*(set(spellings) for spellings in read.values())):
        return
    listed = ", ".join(f"{title} {_words(spellings)}" for title, spellings in read.items())
    for step in subject.analysis.of_type("Pooling"):
        spelling = floor_spelling(step.layer.pooling_param)
        if (
            spelling
            and step.bottoms
            and any(axis.remainder for axis in pooled_axes(subject.analysis, step))
        ):
            yield named("targets-conflict").diagnostic(
                f"no spelling of rounding down is read by all targets: {listed}",
                layer=step.name,
                type=step.type,
                layer_index=step.index,
                field=f"pooling_param.{spelling}",
            )


def _words(spellings: Sequence[str]) -> str:
    """What a target reads, as the end of a phrase."""
    return f"reads {' or '.join(spellings)}" if spellings else "has none"
