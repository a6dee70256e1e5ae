"""Problems with one cause, put together to one finding."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from protogen.edits import Fix
from protogen.text._misplaced_fields import misplaced_fields
from protogen.text._mixed_formats import mixed_formats
from protogen.text._reader_state import Frame, Problem
from protogen.text._values import fields_of

if TYPE_CHECKING:
    from protogen.text.parse import ParseResult

__all__ = ["grouped"]

#: The field at the start of a message.
_FIELD = re.compile(r'"(\w+)"')


def grouped(result: ParseResult, problems: list[Problem]) -> tuple[list[Problem], list[int]]:
    """The problems with one cause as one, and the offsets of those that are left out for it."""
    # What these characters stand for is unknown, so the fields with them were not read.
    left_out = []
    for each in result.look_alikes:
        if each.intended is None:
            left_out.append(each.start)
    kept = problems
    if left_out:
        kept = _without_characters(problems, left_out)
    # First the formats: a layer with parts of both is not one with misplaced fields.
    kept, more = mixed_formats(result, kept)
    kept = misplaced_fields(result, kept)
    return _merged(result, kept), left_out + more


def _without_characters(problems: list[Problem], places: list[int]) -> list[Problem]:
    """The problems that are not about the characters at these places, which share one finding."""
    kept = []
    for problem in problems:
        index = bisect_left(places, problem.start)
        touches = index < len(places) and places[index] <= problem.end
        if touches and problem.rule in ("syntax", "invalid-character"):
            continue
        kept.append(problem)
    return kept


def _merged(result: ParseResult, problems: list[Problem]) -> list[Problem]:
    """One problem for all values of a repeated field in one message that have the same one."""
    groups: dict[tuple[int, str, str], list[Problem]] = {}
    for number, problem in enumerate(problems):
        frame = problem.path[-1] if problem.path else None
        name = _field_name(problem, frame, result)
        # A problem that is not about a value of a repeated field is a group of its own.
        key = (number, "", "")
        if name:
            key = (id(frame), name, problem.rule)
        groups.setdefault(key, []).append(problem)
    return [_joined(group) for group in groups.values()]


def _joined(group: list[Problem]) -> Problem:
    first = group[0]
    if len(group) == 1:
        return first
    message = f"{first.message}, and {len(group) - 1} more of its values"
    return first._replace(message=message, fix=_joined_fix(group))


def _joined_fix(group: list[Problem]) -> Fix | None:
    """The fixes of all problems as one; ``None`` if one of them has no fix."""
    splices: list[tuple[int, int, str]] = []
    titles = []
    safe = True
    for problem in group:
        if problem.fix is None:
            return None
        titles.append(problem.fix.title)
        splices += problem.fix.splices
        safe &= problem.fix.safe
    return Fix(f"{titles[0]}, and so on", (), safe, tuple(splices))


def _field_name(problem: Problem, frame: Frame | None, result: ParseResult) -> str:
    """The repeated field that a problem with a value is about, or nothing."""
    if problem.rule not in _OF_VALUES:
        return ""
    match = _FIELD.search(problem.message)
    if match is None:
        return ""
    fields = frame.fields if frame else fields_of(result.message_class.DESCRIPTOR)
    field = fields.get(match[1])
    if field is None or not field.repeated:
        return ""
    return field.name


#: The rules about a value that the field does not take.
_OF_VALUES = ("wrong-value-type", "out-of-range", "unknown-enum-value")
