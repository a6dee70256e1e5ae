"""The tokens of a text with the comments around them, for code that rewrites the text."""

from __future__ import annotations

from dataclasses import dataclass, field

from protogen.text._scanner import BLANKS, COMMENT, scan_token

__all__ = ["Note", "Token", "tokens"]


@dataclass(slots=True)
class Note:
    """A comment on a line of its own, and whether a blank line is above it."""

    text: str
    spaced: bool


@dataclass(slots=True)
class Token:
    """A token, the comments on the lines above it, and the one after it on its line."""

    kind: str
    text: str
    line_begins: bool  # whether it is the first of its line
    spaced: bool  # whether a blank line is right above it
    above: list[Note] = field(default_factory=list)
    beside: str = ""


def tokens(text: str) -> list[Token]:
    """The tokens of a text; the last is of the kind ``end``."""
    found: list[Token] = []
    above: list[Note] = []
    position, breaks = 0, 1
    while not found or found[-1].kind != "end":
        start = position
        position = BLANKS.match(text, start).end()  # type: ignore[union-attr]
        breaks += text.count("\n", start, position)
        if comment := COMMENT.match(text, position):
            position, words = comment.end(), comment.group().rstrip()
            if breaks or not found:
                above.append(Note(words, breaks > 1))
            else:
                found[-1].beside = words
        else:
            kind, position, start = *scan_token(text, position), position
            found.append(Token(kind, text[start:position], bool(breaks), breaks > 1, above))
            above = []
        breaks = 0
    return found
