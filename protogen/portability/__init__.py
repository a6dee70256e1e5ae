"""What other programs than Caffe do with a net: a verdict for each target, and why.

`protogen.targets` has the facts. This package applies them to a net.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from protogen.inference import Inputs
from protogen.net import Net
from protogen.portability.conflicts import conflicts
from protogen.portability.dialect.hints import with_hints
from protogen.portability.judging import judge_plainly
from protogen.portability.judgment import VERDICTS, Judgment, Verdict
from protogen.portability.subject import Subject
from protogen.targets import Target

__all__ = ["VERDICTS", "Judgment", "Verdict", "conflicts", "judge", "subject_of"]


def subject_of(
    net: Net,
    *,
    phases: Collection[str] = (),
    level: int = 0,
    stages: Collection[str] = (),
    inputs: Inputs | None = None,
) -> Subject:
    """A net in the state that a target is asked about: TEST, unless it has TRAIN only."""
    return Subject(net, tuple(phases), level, tuple(stages), inputs or {})


def judge(subject: Subject, target: Target) -> Judgment:
    """What a target does with a net. One that ignores phases gets the layers of both.

    The findings say what `protogen convert` does about them.
    """
    found = judge_plainly(subject, target)
    return replace(found, diagnostics=with_hints(subject, target, found.diagnostics))
