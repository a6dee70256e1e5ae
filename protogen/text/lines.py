"""From offsets to lines and columns, and back to the line itself."""

from __future__ import annotations

import bisect
import re
from functools import lru_cache

from protogen.diagnostics import Location, escaped

__all__ = ["Lines", "excerpt"]


#: For a net of 100 KB, a table of all lines takes as long as counting them for some 40 places.
_FEW = 20


class Lines:
    """The lines of a text, to turn offsets into lines and columns."""

    def __init__(self, text: str, file: str = "") -> None:
        self.file = file
        self._text = text
        self._asked = 0
        self._starts: list[int] = []

    def at(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset, both counted from 1."""
        self._asked += 1
        if self._asked <= _FEW:
            start = self._text.rfind("\n", 0, offset) + 1
            return self._text.count("\n", 0, offset) + 1, offset - start + 1
        if not self._starts:
            self._starts = _starts(self._text)
        line = bisect.bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def location(self, start: int, end: int) -> Location:
        """The place from ``start`` up to, not including, ``end``."""
        return Location(self.file, *self.at(start), *self.at(end))


def excerpt(text: str, location: Location) -> str:
    """The source line of a location and, below it, carets under the part that it covers.

    Empty if the location has no line, or the text does not have that line.
    """
    line = _line(text, location.line)
    if line is None:
        return ""
    line = line.rstrip("\r")
    # The text may have been changed since, so that the columns are no longer in the line.
    start = min(max(location.column, 1), len(line) + 1) - 1
    end = len(line)
    if location.end_line == location.line:
        end = location.end_column - 1
    first, length = _window(len(line), start)
    last = first + length
    end = min(end, last)
    before, covered = _escaped(line[first:start]), _escaped(line[start:end])
    # Tabs stay tabs, so that the carets are in place whatever the width of a tab.
    margin = re.sub(r"[^\t]", " ", before)
    shown = f"{before}{covered}{_escaped(line[max(start, end) : last])}"
    return f"{shown}\n{margin}{'^' * max(1, len(covered))}"


def _escaped(text: str) -> str:
    return "\t".join(map(escaped, text.split("\t")))


def _window(length: int, start: int, width: int = 200) -> tuple[int, int]:
    """The start and the length of the part of a line to show."""
    # A net of a program may have all of its text on one line.
    if length <= width:
        return 0, length
    return max(0, start - width // 2), width


def _line(text: str, number: int) -> str | None:
    starts = _starts(text)
    if not 0 < number <= len(starts):
        return None
    start = starts[number - 1]
    end = text.find("\n", start)
    if end < 0:
        end = len(text)
    return text[start:end]


@lru_cache(maxsize=4)
def _starts(text: str) -> list[int]:
    """Where the lines start. Cached, because a text with many findings is asked for many lines."""
    return [0, *(match.end() for match in re.finditer("\n", text))]
