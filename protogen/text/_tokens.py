"""The tokens of a text with the comments around them, for the formatter."""

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
    starts_line: bool
    spaced: bool  # whether a blank line is right above it
    above: list[Note] = field(default_factory=list)
    beside: str = ""


def tokens(text: str) -> list[Token]:
    """The tokens of a text; the last one has the kind ``end``."""
    found: list[Token] = []
    above: list[Note] = []
    position = 0
    breaks = 1  # line breaks since the last token or comment; the text starts a line
    while not found or found[-1].kind != "end":
        blanks = BLANKS.match(text, position)
        start = position
        if blanks:
            start = blanks.end()
        breaks += text.count("\n", position, start)
        comment = COMMENT.match(text, start)
        if comment is None:
            kind, position = scan_token(text, start)
            found.append(Token(kind, text[start:position], bool(breaks), breaks > 1, above))
            above = []
        elif breaks or not found:
            position = comment.end()
            above.append(Note(comment.group().rstrip(), breaks > 1))
        else:
            position = comment.end()
            found[-1].beside = comment.group().rstrip()
        breaks = 0
    return found
