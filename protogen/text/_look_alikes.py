"""Characters outside strings and comments that Caffe rejects, and the ones that they stand for.

They come from word processors, web pages and keyboards for other scripts: no-break spaces,
zero-width characters, typographic quotes, full-width punctuation, letters that look like Latin
ones. A text is read with the characters that were intended in their places, so that the rest of it
can be checked; the replacements keep all offsets.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from protogen.diagnostics import Diagnostic, plural, times
from protogen.edits import Fix
from protogen.rules import named
from protogen.text._scanner import scan_token
from protogen.text.lines import Lines

__all__ = ["LookAlike", "character_finding", "find_look_alikes", "plain_text"]


class LookAlike(NamedTuple):
    """A character at ``start`` that Caffe rejects.

    ``intended`` is what to write instead: one character, nothing, or ``None`` if that is unknown.
    """

    start: int
    character: str
    intended: str | None


#: All that can be in a text outside strings and comments.
_OTHER = re.compile(r"[^\t\n\v\f\r -~]")
_NEXT = re.compile(r"[\"'#]|[^\t\n\v\f\r -~]")
_WORD = re.compile(r"[A-Za-z0-9_]")
#: What follows a string: the end of its line, of its message, or another field.
_AFTER_STRING = re.compile(r"[ \t]*(?:$|[}>\],;#]|[A-Za-z_][A-Za-z0-9_]*[ \t]*[:{])", re.MULTILINE)
#: The characters with a meaning outside strings.
_PLAIN = re.compile(r"[A-Za-z0-9_{}<>\[\]:;,.#\"'\-+ ]")

_DOUBLE_QUOTES = "“”„‟″‶«»〝〞〟＂❝❞"
_SINGLE_QUOTES = "‘’‚‛′‵‹›´＇❛❜"
_QUOTES = {
    **dict.fromkeys(_DOUBLE_QUOTES, '"'),
    **dict.fromkeys(_SINGLE_QUOTES, "'"),
}

_QUOTE_CHARACTERS = {
    '"': re.compile(f'["{_DOUBLE_QUOTES}]'),
    "'": re.compile(f"['{_SINGLE_QUOTES}]"),
}
#: How many quotes may be inside a string.
_TRIED = 20

_DASHES = dict.fromkeys("‐‑‒–—―−➖", "-")
_PUNCTUATION = {
    **dict.fromkeys("∶ː꞉׃։︰", ":"),
    **dict.fromkeys("、،", ","),
    **dict.fromkeys("。｡٫", "."),
    **dict.fromkeys("؛", ";"),
    **dict.fromkeys("【〔", "["),
    **dict.fromkeys("】〕", "]"),
    **dict.fromkeys("〈⟨", "<"),
    **dict.fromkeys("〉⟩", ">"),
    "❴": "{",
    "❵": "}",
}
#: Cyrillic and Greek letters with the shape of a Latin one.
_LETTERS = dict(
    zip(
        "аеорсухіјѕԁһԛԝАВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧοıɡ",
        "aeopcyxijsdhqwABEKMHOPCTYXIJSABEZHIKMNOPTYXoig",
        strict=True,
    )
)
_INTENDED = {**_QUOTES, **_DASHES, **_PUNCTUATION, **_LETTERS}

#: How many kinds of characters a message names.
_NAMED = 4
#: How many lines it lists.
_LISTED = 8
#: What characters are called that a hint cannot show.
_SHOWN = {" ": "a space", "\n": "a line break"}


def find_look_alikes(text: str) -> list[LookAlike]:
    """The characters outside strings and comments that Caffe rejects, in their order."""
    start = int(text.startswith("\ufeff"))  # a byte order mark, which is another finding
    if not _OTHER.search(text, start):
        return []
    return list(_Search(text).run(start))


class _Search:
    """A walk over the tokens of a text, with typographic quotes taken for quotes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._end = -1  # of the current line
        self._checked_line = -1  # the end of the line that was searched for an odd quote
        self._unclosed = False

    def run(self, position: int) -> Iterator[LookAlike]:
        text = self._text
        while match := _NEXT.search(text, position):
            start, character = match.start(), match.group()
            intended = _intended(text, start)
            if intended == "#":
                if character != "#":
                    yield LookAlike(start, character, "#")
                # In a comment Caffe takes all characters.
                position = self._line_end(start)
            elif intended in ('"', "'"):
                found, position = self._string(start, intended)
                yield from found
            else:
                yield LookAlike(start, character, intended)
                position = start + 1

    def _string(self, start: int, quote: str) -> tuple[list[LookAlike], int]:
        """The quotes of a string that are to be replaced, and where the string ends."""
        if self._text[start] == quote:
            return self._plain_string(start, quote)
        return self._typographic_string(start, quote)

    def _plain_string(self, start: int, quote: str) -> tuple[list[LookAlike], int]:
        """A string whose first quote is a plain one."""
        text = self._text
        kind, end = scan_token(text, start)
        if kind == "string" and not self._ends_unclosed(end):
            return [], end
        # An odd quote on its line: a typographic one may be its partner.
        closing = self._closing(start, quote)
        if closing is None or text[closing] == quote:
            return [], end
        self._checked_line = -1  # the rest of the line is now split into strings differently
        return [LookAlike(closing, text[closing], quote)], closing + 1

    def _typographic_string(self, start: int, quote: str) -> tuple[list[LookAlike], int]:
        """A string whose first quote is a typographic one."""
        text = self._text
        unknown = [LookAlike(start, text[start], None)], start + 1
        closing = self._closing(start, quote)
        if closing is None:
            return unknown
        inside = text[start + 1 : closing]
        if "\\" in inside:  # it would begin an escape
            return unknown
        if quote in inside:
            # The other quote keeps the string as it is.
            quote = "'" if quote == '"' else '"'
            is_closed_by_another = text[closing].isascii()
            if quote in inside or is_closed_by_another:
                return unknown
        found = [LookAlike(start, text[start], quote)]
        if text[closing] != quote:
            found.append(LookAlike(closing, text[closing], quote))
        return found, closing + 1

    def _closing(self, start: int, quote: str) -> int | None:
        """Where the string ends that a quote opens, by a quote of its kind, on its line.

        A quote that something else follows than what follows a string is part of the string, if
        there is a better one.
        """
        first = None
        quotes = _QUOTE_CHARACTERS[quote].finditer(self._text, start + 1, self._line_end(start))
        for match in islice(quotes, _TRIED):
            if _AFTER_STRING.match(self._text, match.end()):
                return match.start()
            if first is None:
                first = match.start()
        return first

    def _ends_unclosed(self, position: int) -> bool:
        """Whether a later string on this line is not closed."""
        end = self._line_end(position)
        if self._checked_line != end:  # once for each line: a line may hold a whole net
            self._checked_line = end
            self._unclosed = self._has_unclosed(position, end)
        return self._unclosed

    def _has_unclosed(self, position: int, end: int) -> bool:
        text = self._text
        while match := _NEXT.search(text, position, end):
            position = match.end()
            if match.group() == "#":
                return False
            if match.group() not in ('"', "'"):
                continue
            kind, position = scan_token(text, match.start())
            if kind == "unterminated":
                return True
        return False

    def _line_end(self, position: int) -> int:
        if position > self._end:
            end = self._text.find("\n", position)
            self._end = len(self._text) if end < 0 else end
        return self._end


def _intended(text: str, position: int) -> str | None:
    """What a character stands for: itself, if it is a printable one of ASCII."""
    character = text[position]
    if character.isascii():
        if character.isprintable():
            return character
        return _without(text, position)
    # "Zs" are blanks, "Zl" and "Zp" ends of lines and of paragraphs. "Cf", "Cc" and "Mn" are marks
    # that nobody sees by themselves, such as a zero-width space.
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    if category in ("Zl", "Zp") or character == "\x85":
        return "\n"
    if category in ("Cf", "Cc", "Mn"):
        return _without(text, position)
    intended = _INTENDED.get(character)
    if intended is not None:
        return intended
    if category == "No":  # a circled or superscript digit may be a mark of its own
        return None
    # Full-width and mathematical letters have a plain one as their compatibility form.
    plain = unicodedata.normalize("NFKC", character)
    is_letter = len(plain) == 1 and _PLAIN.fullmatch(plain)
    if is_letter:
        return plain
    return None


def _without(text: str, position: int) -> str | None:
    """Nothing for a character that nobody sees; ``None`` if a control character splits a word."""
    if unicodedata.category(text[position]) != "Cc":
        return ""
    before = text[max(position - 1, 0) : position]
    after = text[position + 1 : position + 2]
    if _WORD.match(before) and _WORD.match(after):
        return None
    return ""


def plain_text(text: str, found: list[LookAlike]) -> str:
    """The text with the intended characters, as long as it was.

    Where nothing is intended there is a space; inside a word, the space goes after the word.
    """
    characters = list(text)
    for start, _, intended in reversed(found):
        if intended is None:
            continue
        if intended:
            characters[start] = intended
            continue
        end = start
        while end + 1 < len(characters) and _WORD.match(characters[end + 1]):
            end += 1
        characters[start:end] = characters[start + 1 : end + 1]
        characters[end] = " "
    return "".join(characters)


def character_finding(found: list[LookAlike], lines: Lines) -> Diagnostic:
    """The one finding for all such characters of a file, at the first of them."""
    counts = Counter(each.character for each in found)
    start = found[0].start
    return named("invalid-character").diagnostic(
        _message(counts),
        location=lines.location(start, start + 1),
        where=_places(found, lines),
        hint=_hint(found, counts),
        fix=_fix(found),
    )


def _message(counts: Counter[str]) -> str:
    number = counts.total()
    if number == 1:
        return f"{_name(next(iter(counts)))} is allowed only in strings and comments"
    listed = []
    for character, frequency in islice(counts.items(), _NAMED):
        listed.append(f"{_name(character)} ({times(frequency)})")
    more = len(counts) - _NAMED
    if more > 0:
        listed.append(f"and {plural(more, 'other')}")
    return f"{number} characters are allowed only in strings and comments: {', '.join(listed)}"


def _name(character: str) -> str:
    """``U+201C LEFT DOUBLE QUOTATION MARK``."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how a byte is read that is not UTF-8
        return f"the byte 0x{code - 0xDC00:02X}, which is not UTF-8,"
    name = unicodedata.name(character, "") or _CONTROLS.get(code, "a character without a name")
    return f"U+{code:04X} {name}"


_CONTROLS = {0: "NULL", 8: "BACKSPACE", 0x1A: "SUBSTITUTE", 0x1B: "ESCAPE", 0x7F: "DELETE"}
_CONTROLS[0x85] = "NEXT LINE"


def _places(found: list[LookAlike], lines: Lines) -> str:
    """The lines that have such characters."""
    if len(found) == 1:
        return ""
    numbers = sorted({lines.at(each.start)[0] for each in found})
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    shown = ", ".join(map(str, numbers[:_LISTED]))
    more = len(numbers) - _LISTED
    if more > 0:
        shown += f" and {more} more"
    return f"lines {shown}"


def _hint(found: list[LookAlike], counts: Counter[str]) -> str:
    is_single = len(found) == 1
    it, its_place = "them", "their places"
    if is_single:
        it, its_place = "it", "its place"
    if any(each.intended is None for each in found):
        # What is to be done with several such characters differs from one to the other.
        if not is_single:
            return ""
        return "remove it, or begin a comment with #"
    if len(counts) > 1:
        return "write the plain characters that they stand for"
    intended = str(found[0].intended)
    if not intended:
        return f"remove {it}"
    shown = _SHOWN.get(intended, intended)
    return f"write {shown} in {its_place}"


def _fix(found: list[LookAlike]) -> Fix | None:
    splices = []
    for start, _, intended in found:
        if intended is not None:
            splices.append((start, start + 1, intended))
    if not splices:
        return None
    return Fix(
        f"replace {plural(len(splices), 'character')} that Caffe rejects",
        (),
        safe=True,
        splices=tuple(splices),
    )
