"""The words of protobuf text format: what a token is, as C++ protobuf's tokenizer cuts them."""

from __future__ import annotations

import re

__all__ = [
    "BLANKS",
    "COMMENT",
    "EXTENSION",
    "GAP",
    "ITEM",
    "NAME",
    "OPENERS",
    "past_mark",
    "scan_token",
    "skip_gap",
]

_SPACE = r"[ \t\r\n\f\v]*"
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
# Bytes that are not UTF-8 are read as lone surrogates; a message cannot hold them as they are.
_PLAIN = r'[^"\\\n\0\ud800-\udfff]'

NAME = re.compile(_NAME)
BLANKS = re.compile(_SPACE)
COMMENT = re.compile(r"#[^\n\0]*")
GAP = re.compile(rf"{_SPACE}(?:#[^\n\0]*{_SPACE})*")
EXTENSION = re.compile(rf"\[{_SPACE}{_NAME}(?:{_SPACE}[./]{_SPACE}{_NAME})*{_SPACE}\]")
OPENERS = {"{": "}", "<": ">", "[": "]"}


# A short message in braces that holds numbers and words only.
_LEAF = r"""\{[^{}<>\[\]"'#\\\0]{0,300}\}"""

# One field as nearly everybody writes it, or a closing brace, up to the next of these. What comes
# after it is looked at so that no further string, sign or separator can belong to it. Groups:
# 1 name, 2 inside of a string, 3 number or word, 4 leaf message, 5 opening brace.
ITEM = re.compile(
    rf"""(?: ({_NAME}) {_SPACE}
            (?: : {_SPACE} (?: "({_PLAIN}*)" | ([-+.A-Za-z0-9_]+) (?![-+.A-Za-z0-9_]) )
              | :? {_SPACE} (?: ({_LEAF}) | (\{{) )
            )
          | \}}
         )
         {_SPACE} (?: \#[^\n\0]*\n {_SPACE} )* (?= [A-Za-z_}}] | \Z )""",
    re.VERBOSE,
)

# The kinds of token are the names of the groups. A number takes all that is glued to it, so that
# `08` or `1.2.3` is one malformed number.
_TOKEN = re.compile(
    rf"""(?P<name>{_NAME})
       | (?P<number> 0[xX][0-9A-Za-z_.]* | \.?[0-9](?:[eE][-+]|[0-9A-Za-z_.])* )
       | (?P<quote>["'])
       | (?P<symbol>[!-/:-@\[-`{{-~])
       | (?P<control>[\0-\x1f\x7f]+)
       | (?P<foreign>.)""",
    re.VERBOSE | re.DOTALL,
)

# The inside of a string, in pieces: a repeated group costs memory for each repetition.
_INSIDE = {
    '"': re.compile(r'[^"\\\n\0]*(?:\\[^\n\0][^"\\\n\0]*){0,1000}'),
    "'": re.compile(r"[^'\\\n\0]*(?:\\[^\n\0][^'\\\n\0]*){0,1000}"),
}


def skip_gap(text: str, position: int) -> int:
    """The position of the first token at or after ``position``, past blanks and comments."""
    match = GAP.match(text, position)
    if match:
        return match.end()
    return position


def past_mark(text: str, position: int, marks: str | tuple[str, ...]) -> int:
    """The position of the first token at or after ``position``, past one mark if that is first."""
    position = skip_gap(text, position)
    if text.startswith(marks, position):
        position = skip_gap(text, position + 1)
    return position


def scan_token(text: str, position: int) -> tuple[str, int]:
    """The kind and end of the token at ``position``: a group of the token pattern, or

    ``string``, ``unterminated`` (a string that its line ends before its quote does), ``end``.
    """
    match = _TOKEN.match(text, position)
    if match is None:
        return "end", position
    kind = str(match.lastgroup)
    if kind != "quote":
        return kind, match.end()
    end = _string_end(text, match.end(), match.group())
    closed = text.startswith(match.group(), end)
    if closed:
        return ("string", end + 1)
    return ("unterminated", end)


def _string_end(text: str, position: int, quote: str) -> int:
    """Where the characters of a string end: at its quote, its line or the text."""
    inside = _INSIDE[quote]
    while (match := inside.match(text, position)) and match.end() > position:
        position = match.end()
    return position
