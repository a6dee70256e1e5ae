"""The verdict of a target, without what `protogen convert` would do about it."""

from __future__ import annotations

from protogen.portability.generic import judge_by_facts
from protogen.portability.judgment import Judgment
from protogen.portability.opencv.judging import judge_opencv
from protogen.portability.subject import Subject
from protogen.targets import Target

__all__ = ["judge_plainly"]


def judge_plainly(subject: Subject, target: Target) -> Judgment:
    """What a target does with a net. One that ignores phases gets the layers of both."""
    if target.importer == "opencv":
        return judge_opencv(subject, target)
    return judge_by_facts(subject, target)
