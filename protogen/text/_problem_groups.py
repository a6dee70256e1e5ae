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
    kept = _without_characters(result, problems)
    if result.look_alikes:
        left_out = [each.start for each in result.look_alikes if each.intended is None]
    else:
        left_out = []
    kept, more = mixed_formats(result, kept)
    kept = misplaced_fields(result, kept)
    return _merged(result, kept), left_out + more


def _without_characters(result: ParseResult, problems: list[Problem]) -> list[Problem]:
    """The problems that are not about the characters that share one finding."""
    places = [each.start for each in result.look_alikes if each.intended is None]
    if not places:
        return problems
    kept = []
    for problem in problems:
        index = bisect_left(places, problem.start)
        touched = index < len(places) and places[index] <= problem.end
        if not (touched and problem.rule in ("syntax", "invalid-character")):
            kept.append(problem)
    return kept


def _merged(result: ParseResult, problems: list[Problem]) -> list[Problem]:
    """One problem for all values of a repeated field in one message that have the same one."""
    groups: dict[tuple[int, str, str], list[Problem]] = {}
    for number, problem in enumerate(problems):
        frame = problem.path[-1] if problem.path else None
        name = _field_name(problem, frame, result)
        # A problem that is not about a value of a repeated field is a group of its own.
        key = (id(frame), name, problem.rule) if name else (number, "", "")
        groups.setdefault(key, []).append(problem)
    return [_joined(group) for group in groups.values()]


def _joined(group: list[Problem]) -> Problem:
    first = group[0]
    if len(group) == 1:
        return first
    fix = None
    fixes = [problem.fix for problem in group if problem.fix is not None]
    if len(fixes) == len(group):
        splices = tuple(splice for each in fixes for splice in each.splices)
        safe = all(each.safe for each in fixes)
        fix = Fix(f"{fixes[0].title}, and so on", (), safe, splices)
    return first._replace(
        message=f"{first.message}, and {len(group) - 1} more of its values", fix=fix
    )


def _field_name(problem: Problem, frame: Frame | None, result: ParseResult) -> str:
    """The repeated field that a problem with a value is about, or nothing."""
    if problem.rule not in _OF_VALUES:
        return ""
    match = _FIELD.search(problem.message)
    fields = fields_of(result.message_class.DESCRIPTOR) if frame is None else frame.fields
    field = fields.get(match[1]) if match else None
    return field.name if field is not None and field.repeated else ""


_OF_VALUES = ("wrong-value-type", "out-of-range", "unknown-enum-value")
