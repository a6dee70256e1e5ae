"""One layout for all prototxt: one field per line, two spaces per level, comments kept in place."""

from __future__ import annotations

import re
from typing import Any

from protogen.diagnostics import ProtogenError
from protogen.text._tokens import Token, tokens
from protogen.text.document import Document, read
from protogen.text.splices import newline_of

__all__ = ["format_text"]

# With one of these problems the text has no structure to lay out. Other problems do not matter.
_FATAL = {
    "syntax",
    "unclosed-brace",
    "stray-brace",
    "unterminated-string",
    "invalid-character",
    "nested-too-deep",
    "not-text",
    "several-values",
}
_QUOTE = re.compile(r"""\\(.)|(")""", re.DOTALL)


def format_text(text: str, filename: str = "<text>", message_class: Any = None) -> str:
    """The text in the canonical layout, with the same meaning and all comments.

    Each field has its own line, messages are spread over lines, strings have double quotes, and
    several blank lines become one. Lists stay lists; the spelling of numbers and the line breaks
    (LF or CRLF) are kept. ``message_class`` is that of a net, unless it is given. Raises
    `ProtogenError` for a text that is not well formed.
    """
    _check_structure(read(text, message_class, filename))
    # Caffe rejects a byte order mark, so the result has none.
    lines = _Layout(tokens(text.removeprefix("\ufeff"))).lines
    newline = newline_of(text)
    return "".join(f"{line}{newline}" for line in lines)


def _check_structure(document: Document) -> None:
    """Raise for a text without a structure, also where its problems are too many to be listed."""
    result = document.parse_result
    rules = set(result.unreported)
    rules.update(problem.rule for problem in result.problems)
    faults = []
    for found in result.diagnostics:
        rules.add(found.name)
        if found.name in _FATAL:
            faults.append(found)
    if not _FATAL.isdisjoint(rules):
        raise ProtogenError(faults or result.diagnostics)


class _Line:
    """A line of the result: its margin, words, and the comment after them; each may be empty."""

    __slots__ = ("comment", "margin", "words")

    def __init__(self, level: int, words: str = "", comment: str = "") -> None:
        self.margin, self.words, self.comment = "  " * level, words, comment

    def __str__(self) -> str:
        return (self.margin + f"{self.words} {self.comment}".strip()).rstrip()


class _Layout:
    """Arranges the tokens of a well-formed text in lines."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = iter(found)
        self._next = next(self._tokens)
        self.lines: list[_Line] = []
        self._fields(0)

    def _take(self) -> Token:
        token = self._next
        if token.kind != "end":
            self._next = next(self._tokens)
        return token

    def _fields(self, level: int) -> None:
        """The fields up to a closing brace or the end of the text, which is not taken."""
        first = len(self.lines)
        while True:
            token = self._next
            self._notes(token, level, first)
            # A string has its quotes in its text, so it is no brace.
            if token.kind == "end" or token.text in ("}", ">"):
                return
            if token.text in (",", ";"):  # separators between fields are optional, and go
                self._beside(self._take(), level)
                continue
            if token.spaced:
                self._blank(first)
            self._field(level)

    def _blank(self, first: int) -> None:
        if len(self.lines) > first:
            self.lines.append(_Line(0))

    def _notes(self, token: Token, level: int, first: int = -1) -> None:
        """The comments above a token, on lines of their own."""
        for note in token.above:
            if note.spaced and first >= 0:
                self._blank(first)
            self.lines.append(_Line(level, "", note.text))
        token.above = []

    def _beside(self, token: Token, level: int) -> None:
        """The comment after a token: after the last line, or on its own if that has a comment."""
        if not token.beside:
            return
        if self.lines and not self.lines[-1].comment:
            self.lines[-1].comment = token.beside
        else:
            self.lines.append(_Line(level, "", token.beside))

    def _within(self, level: int) -> str:
        """Take a token inside a line. Its comments, rare in such a place, go above the line."""
        self._notes(self._next, level)
        token = self._take()
        if token.beside:
            self.lines.append(_Line(level, "", token.beside))
        return token.text

    def _field(self, level: int) -> None:
        name = self._within(level)
        while name.startswith("[") and not name.endswith("]"):  # an extension
            name += self._within(level)
        if self._next.text == ":":
            self._within(level)
        # Caffe's own nets write a message without a colon, and everything else with one.
        braced = self._next.text in ("{", "<")
        self._value(name if braced else f"{name}:", level)

    def _value(self, head: str, level: int) -> None:
        """A value after ``head``, which is empty in a list."""
        self._notes(self._next, level)
        if self._next.text in ("{", "<"):
            self._message(head, level)
        elif self._next.text == "[":
            self._list(head, level)
        elif self._next.kind == "string":
            self._strings(head, level)
        else:
            # Text format takes blanks and comments between a sign and its number.
            sign = ""
            if self._next.text == "-":
                sign = self._within(level)
            self._notes(self._next, level)
            self._write(level, head, sign + self._next.text)
            self._beside(self._take(), level)

    def _write(self, level: int, *words: str) -> None:
        self.lines.append(_Line(level, " ".join(word for word in words if word)))

    def _message(self, head: str, level: int) -> None:
        self._write(level, head, "{")
        first = len(self.lines)
        self._beside(self._take(), level + 1)
        opening = self.lines[-1]
        self._fields(level + 1)
        if len(self.lines) == first and not opening.comment:  # an empty message stays on its line
            opening.words += " }"
        else:
            self._write(level, "}")
        self._beside(self._take(), level)

    def _strings(self, head: str, level: int) -> None:
        """Adjacent strings. Each starts a line if it did, or if a comment is before it."""
        self._write(level, head, _double_quoted(self._next.text))
        token = self._take()
        while self._next.kind == "string":
            broken = self._next.starts_line or token.beside or self._next.above
            self._beside(token, level)
            self._notes(self._next, level + 1)
            token = self._take()
            if broken:
                self._write(level + 1, _double_quoted(token.text))
            else:
                self.lines[-1].words += " " + _double_quoted(token.text)
        self._beside(token, level)

    def _list(self, head: str, level: int) -> None:
        """A list: on one line, unless it has messages or comments in it."""
        # Its lines are set apart until it is known whether they fit on one.
        outer, self.lines = self.lines, []
        opening = self._take()
        while self._next.text != "]":
            self._value("", level + 1)
            if self._next.text == ",":
                self._add_comma()
                self._notes(self._next, level + 1)
                self._beside(self._take(), level + 1)
        self._notes(self._next, level + 1)
        inside, self.lines = self.lines, outer
        if opening.beside or any(map(_needs_lines, inside)):
            self._write(level, head, "[")
            self._beside(opening, level + 1)
            self.lines += inside
            self._write(level, "]")
        else:
            words = " ".join(line.words for line in inside)
            self._write(level, head, f"[{words}]")
        self._beside(self._take(), level)

    def _add_comma(self) -> None:
        """Write a comma after the last value, and before a comment that is beside it."""
        for line in reversed(self.lines):
            if line.words:
                line.words += ","
                return


def _needs_lines(line: _Line) -> bool:
    """Whether a part of a list cannot be on one line with the others: a comment or a message."""
    return bool(line.comment) or line.words.endswith("{")


def _double_quoted(literal: str) -> str:
    """A string literal with double quotes around it; its escapes stay as they are."""
    if literal[0] == '"':
        return literal
    return '"' + _QUOTE.sub(_requoted, literal[1:-1]) + '"'


def _requoted(match: re.Match[str]) -> str:
    """A quote or an escape inside of single quotes, as it is inside of double quotes."""
    if match[2]:
        return '\\"'
    if match[1] == "'":
        return "'"
    return match[0]
