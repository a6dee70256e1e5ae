"""Where reading goes on after a piece of text that cannot be read."""

from __future__ import annotations

import re

from protogen.text._scanner import OPENERS, scan_token, skip_gap

__all__ = ["column", "skip_brackets", "skip_to_field", "starts_line"]

_CLOSERS = ("}", ">")
_SEPARATORS = (",", ";")
_NO_BRACKETS = re.compile(r"[^\"'#{}<>\[\]]+|#[^\n\0]*")


def column(text: str, position: int) -> int:
    """How far into its line a position is."""
    return position - text.rfind("\n", 0, position) - 1


def starts_line(text: str, position: int) -> bool:
    """Whether only blanks are before a position on its line."""
    while position and text[position - 1] in " \t\r\f\v":
        position -= 1
    if not position:
        return True
    return text[position - 1] == "\n"


def skip_brackets(text: str, position: int) -> int:
    """The end of the bracket that closes the one at ``position``, whatever is between them."""
    depth = 0
    while position < len(text):
        # In large bites: token by token, 10,000 nested messages would take seconds.
        match = _NO_BRACKETS.match(text, position)
        if match:
            position = match.end()
            continue
        mark = text[position]
        _, position = scan_token(text, position)
        # Any closing bracket closes any opening one, because either may be the wrong one.
        if mark in OPENERS:
            depth += 1
        elif mark in "}>]":
            depth -= 1
        if depth == 0:
            break
    return position


def skip_to_field(text: str, position: int) -> int:
    """Where reading can go on: at a field, at a closing brace, or after a separator or message."""
    while True:
        kind, end = scan_token(text, position)
        mark = text[position:end]
        if kind == "end" or mark in _CLOSERS:
            return position
        if kind == "name" and _begins_field(text, position, end):
            return position
        # Without a name before it, nothing in it can be placed.
        if mark == "{":
            closed = skip_brackets(text, position)
            return skip_gap(text, closed)
        position = skip_gap(text, end)
        # After a separator, the next field may begin with anything.
        if mark in _SEPARATORS:
            return position


def _begins_field(text: str, start: int, end: int) -> bool:
    if text.startswith((":", "{", "<"), skip_gap(text, end)):
        return True
    # A name at the start of a line is probably a field that lacks its colon.
    return starts_line(text, start)
