"""Edits of a text: spans of it, and the text that replaces them."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["Edit", "removals", "splice"]

#: Start, end and the new text.
Edit = tuple[int, int, str]

_SEPARATOR = re.compile(r"\s*[,;]")
_BLANKS = re.compile(r"[ \t]*")


def splice(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made. An edit inside another only adds its text after it."""
    parts: list[str] = []
    position, newline = 0, "\r\n" if "\r\n" in text else "\n"
    for start, end, new in sorted(edits):
        parts += [text[position:start], new.replace("\r\n", "\n").replace("\n", newline)]
        position = max(position, end)
        # Comments end with their line: what followed the old text needs a line of its own.
        if "#" in new.rpartition("\n")[2] and text[end : end + 1] not in ("", "\n", "\r"):
            parts.append(newline)
            position = _past_blanks(text, position)
    return "".join([*parts, text[position:]])


def removals(text: str, spans: Iterable[tuple[int, int]]) -> list[Edit]:
    """The edits that remove spans: whole lines, if nothing else is on them."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        separator = _SEPARATOR.match(text, end)
        end = separator.end() if separator else end
        if joined and not text[joined[-1][1] : start].strip(" \t"):
            start, last = joined.pop()
            end = max(end, last)
        joined.append((start, end))
    return [(*_whole_lines(text, start, end), "") for start, end in joined]


def _whole_lines(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with its line break if it is alone on its line, else with the blanks on one side."""
    first = len(text[:start].rstrip(" \t"))
    last = _past_blanks(text, end)
    if text[first - 1 : first] not in ("", "\n"):
        return first, end
    if text.startswith("\r\n", last):
        return first, last + 2
    return (first, last + 1) if text.startswith("\n", last) else (start, last)


def _past_blanks(text: str, position: int) -> int:
    blanks = _BLANKS.match(text, position)
    return blanks.end() if blanks else position
