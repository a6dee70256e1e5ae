"""What other programs than Caffe do with a net: a verdict for each target, and why.

`protogen.targets` has the facts. This package applies them to a net.
"""

from __future__ import annotations

from collections.abc import Collection

from protogen.inference import Inputs
from protogen.net import Net
from protogen.portability.conflicts import conflicts
from protogen.portability.generic import judge_by_facts
from protogen.portability.judgment import VERDICTS, Judgment, Verdict
from protogen.portability.opencv.judging import judge_opencv
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
    """What a target does with a net. One that ignores phases gets the layers of both."""
    if target.importer == "opencv":
        return judge_opencv(subject, target)
    return judge_by_facts(subject, target)
