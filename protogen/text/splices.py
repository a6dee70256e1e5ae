"""Changes to a text: which parts of it to replace, and by what."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from protogen.text._scanner import skip_gap

__all__ = [
    "Splice",
    "before_blanks",
    "field_separator",
    "line_end",
    "margin_of",
    "newline_of",
    "past_blanks",
    "removals",
    "splice",
    "with_suppressions",
]

_BLANKS = re.compile(r"[ \t\f\v]*")

#: A line with nothing but a comment that suppresses the findings of what is below it.
_SUPPRESSION = re.compile(r"^[ \t]*(#+\s*protogen\s*:\s*ignore(?!-)\b[^\n]*)\n\Z", re.I | re.M)


class Splice(NamedTuple):
    """Replace the text between two offsets. Equal offsets insert."""

    start: int
    end: int
    text: str


def splice(text: str, splices: Iterable[Splice]) -> str:
    """The text with all splices made.

    Splices at one offset keep their order. One that lies inside another only adds its text after
    it. Line breaks in new text become those that the text uses.
    """
    newline = newline_of(text)
    # One join at the end: to build the text splice by splice would copy it for each of them.
    parts: list[str] = []
    position = 0
    for start, end, new in sorted(splices, key=lambda splice: splice[:2]):
        parts.append(text[position:start])
        parts.append(new.replace("\r\n", "\n").replace("\n", newline))
        position = max(position, end)
    parts.append(text[position:])
    return "".join(parts)


def removals(
    text: str, spans: Iterable[tuple[int, int]], with_comments: bool = False
) -> list[Splice]:
    """The splices that remove spans, with the separators after them and the lines they leave empty.

    With ``with_comments``, the comment after a span goes if it would be alone on its line.
    """
    spans = list(spans)
    # A separator on a line of its own has no comment that belongs to what is removed.
    starts: set[int] = set()
    if with_comments:
        starts.update(start for start, _ in spans)
    return [_removal(text, start, end, start in starts) for start, end in _runs(text, spans)]


def _runs(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans and their separators in order, joined where only blanks are between them."""
    runs: list[tuple[int, int]] = []
    for start, end in sorted([*spans, *_separators(text, spans)]):
        # Joined, because the line that both leave empty is removed once.
        if runs and past_blanks(text, runs[-1][1]) >= start:
            start, last = runs.pop()
            end = max(end, last)
        runs.append((start, end))
    return runs


def _separators(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found = []
    for _, end in spans:
        # A comment may be in between, which stays; a separator that stays would be a syntax error.
        after = skip_gap(text, end)
        if text.startswith((",", ";"), after):
            found.append((after, after + 1))
    return found


def _removal(text: str, start: int, end: int, with_comment: bool) -> Splice:
    """The splice that removes a field, with the comment beside it if that is wanted."""
    first = before_blanks(text, start)
    last = past_blanks(text, end)
    begins_line = first == 0 or text[first - 1] == "\n"
    if not begins_line:
        # What is before and what is after share a line now: the blanks on one side are enough.
        has_blanks_after = last > end
        if has_blanks_after or _past_newline(text, end):
            start = first
        return Splice(start, end, "")
    if with_comment and text.startswith("#", last):
        last = line_end(text, last)
    # A line that would be left empty goes as a whole.
    next_line = _past_newline(text, last)
    if next_line:
        return Splice(first, next_line, "")
    return Splice(start, last, "")


def _past_newline(text: str, position: int) -> int:
    """Where the next line starts if this one ends at ``position``, else 0."""
    if text.startswith("\r\n", position):
        return position + 2
    if text.startswith("\n", position):
        return position + 1
    # The last line may have no line break.
    if position == len(text):
        return position
    return 0


def with_suppressions(text: str, start: int) -> int:
    """Where the comments ``# protogen: ignore`` begin that are above a field, or the field itself.

    They are about that field. If only the field were removed, they would be about the next one.
    """
    while True:
        first = before_blanks(text, start)
        above = _SUPPRESSION.search(text, text.rfind("\n", 0, max(first - 1, 0)) + 1, first)
        if above is None:
            return start
        start = above.start(1)


def line_end(text: str, position: int) -> int:
    """The end of the line, before its line break."""
    end = text.find("\n", position)
    if end < 0:
        return len(text)
    return end - text.endswith("\r", position, end)


def newline_of(text: str) -> str:
    """The line break that a text uses."""
    if "\r\n" in text:
        return "\r\n"
    return "\n"


def past_blanks(text: str, position: int) -> int:
    """The end of the blanks at a position of a line."""
    match = _BLANKS.match(text, position)
    if match:
        return match.end()
    return position


def before_blanks(text: str, position: int) -> int:
    """The start of the blanks that end at a position of a line."""
    # Not by rstrip, which would copy all of the text before the position.
    while position and text[position - 1] in " \t\f\v":
        position -= 1
    return position


def margin_of(text: str, position: int) -> str | None:
    """The blanks before a position if nothing else is before it on its line, else None."""
    first = before_blanks(text, position)
    if first == 0 or text[first - 1] == "\n":
        return text[first:position]
    return None


def field_separator(text: str, position: int) -> str:
    """What to write between a field at a position and further ones: a line break, or a blank."""
    margin = margin_of(text, position)
    if margin is None:
        return " "
    return f"\n{margin}"
