"""The value that a word or a string has for a field, by the rules of C++ protobuf's text parser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from protogen.proto.fields import INTEGER_RANGES, has_required, is_repeated
from protogen.proto.schemas import written

__all__ = ["Field", "Fields", "decode_strings", "fields_of"]

Fields = dict[str, "Field"]
_WordReader = Callable[[str], Any]

_INTEGER = re.compile(r"-?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)")
_DECIMAL = re.compile(
    r"(-?(?:0|[1-9][0-9]*|(?:(?:0|[1-9][0-9]*)?\.[0-9]+|(?:0|[1-9][0-9]*)\.))"
    r"(?:[eE][-+]?[0-9]+)?)[fF]?"
)
_SPECIAL = re.compile(r"-?(?:inf|infinity|nan)", re.IGNORECASE)
_BOOLEANS = {"true": True, "True": True, "t": True, "false": False, "False": False, "f": False}

_D = FieldDescriptor
_CACHED_WORDS, _LONGEST_CACHED = 10_000, 64


class Field:
    """A field as the reader needs it: how often it may occur, and what its words mean."""

    __slots__ = (
        "_least",
        "_most",
        "_read",
        "descriptor",
        "enum_values",
        "has_required",
        "inner",
        "is_bytes",
        "is_string",
        "message",
        "name",
        "repeated",
        "words",
    )

    def __init__(self, descriptor: Any) -> None:
        self.descriptor = descriptor
        self.name: str = descriptor.name
        self.repeated = is_repeated(descriptor)
        self.message: Any = descriptor.message_type
        self.has_required = self.message is not None and has_required(self.message)
        self.is_bytes = descriptor.type == _D.TYPE_BYTES
        self.is_string = descriptor.type == _D.TYPE_STRING
        self.inner: Fields = {}  # of the message; filled by `load_inner` when first needed
        # The value of each word met so far: a net says `stride: 1` many times over.
        self.words: dict[str, Any] = {}
        # A dict, because protobuf's own tables raise SystemError for a word that is not UTF-8, and
        # take the low 32 bits of a number: `pool: 4294967297` would be AVE.
        self.enum_values: dict[str | int, int] = {}
        if descriptor.enum_type is not None:
            for value in descriptor.enum_type.values:
                self.enum_values[value.name] = self.enum_values[value.number] = value.number
        self._least, self._most = INTEGER_RANGES.get(descriptor.type, (0, 0))
        self._read = self._word_reader()

    def load_inner(self) -> Fields:
        """The fields of the message that this field holds."""
        self.inner = fields_of(self.message)
        return self.inner

    def read_word(self, word: str) -> Any:
        """The value of a number or identifier (with its sign), or None if it is not valid."""
        value = self.words.get(word)
        if value is not None:
            return value
        if not word:
            return None
        value = self._read(word)
        if value is None:
            return None
        # A file of many different numbers must not fill the memory.
        is_short = len(word) <= _LONGEST_CACHED
        if is_short and len(self.words) < _CACHED_WORDS:
            self.words[word] = value
        return value

    def is_out_of_range(self, word: str) -> bool:
        """Whether ``word`` is an integer that this integer field cannot hold."""
        return self.descriptor.type in INTEGER_RANGES and _integer(word) is not None

    def _word_reader(self) -> _WordReader:
        kind = self.descriptor.type
        if kind in INTEGER_RANGES:
            return self._ranged_integer
        if kind in (_D.TYPE_FLOAT, _D.TYPE_DOUBLE):
            return _float
        if kind == _D.TYPE_BOOL:
            return _boolean
        if kind == _D.TYPE_ENUM:
            return self._enum
        return _no_value

    def _ranged_integer(self, word: str) -> int | None:
        value = _integer(word)
        if value is None:
            return None
        if not self._least <= value <= self._most:
            return None
        if self._least == 0 and word[0] == "-":  # C++ takes no sign before an unsigned -0 either
            return None
        return value

    def _enum(self, word: str) -> int | None:
        if word in self.enum_values:
            return self.enum_values[word]
        # Text format takes the number of an enum value, too, also in hexadecimal.
        number = _integer(word)
        if number is None:
            return None
        return self.enum_values.get(number)


def _no_value(word: str) -> None:
    """No word is a string or a message."""


def _integer(word: str) -> int | None:
    if not _INTEGER.fullmatch(word):
        return None
    digits = word.lstrip("-")
    base = 10
    # As in C, and unlike Python's int(): 010 is 8.
    if digits[:2] in ("0x", "0X"):
        digits, base = digits[2:], 16
    elif digits[0] == "0":
        base = 8
    digits = digits.lstrip("0") or "0"
    # Beyond 64 bits nothing is in range, and Python raises for a decimal of 4,300 digits.
    value = int(digits, base) if len(digits) < 64 else 2**64
    if word[0] == "-":
        return -value
    return value


def _float(word: str) -> float | None:
    match = _DECIMAL.fullmatch(word)
    if match:
        return float(match.group(1))  # without the f of 0.1f, which C++ takes and Python does not
    if _SPECIAL.fullmatch(word):
        return float(word)
    return None


def _boolean(word: str) -> bool | None:
    if word in _BOOLEANS:
        return _BOOLEANS[word]
    if word[0] == "-":
        return None
    number = _integer(word)
    if number in (0, 1):
        return bool(number)
    return None


_tables: dict[Any, Fields] = {}


def fields_of(descriptor: Any) -> Fields:
    """The fields by name that a message has in a text, built once."""
    if descriptor not in _tables:
        _tables[descriptor] = {field.name: Field(field) for field in written(descriptor).fields}
    return _tables[descriptor]


_ESCAPE = re.compile(
    rb"""\\(?: ([0-7]{1,3}) | x([0-9a-fA-F]{1,2})
             | u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})
             | u([0-9a-fA-F]{4}) | U(00[01][0-9a-fA-F]{5}) | ([abfnrtv\\?'"]) | () )""",
    re.VERBOSE,
)
_NAMED = dict(zip(b"abfnrtv\\?'\"", b"\a\b\f\n\r\t\v\\?'\"", strict=True))


def decode_strings(literals: list[str]) -> tuple[bytes, str]:
    """The bytes of adjacent string literals (with their quotes), and the first invalid escape.

    The escape is empty if there is none.
    """
    invalid: list[str] = []

    def unescape(match: re.Match[bytes]) -> bytes:
        octal, hexadecimal, high, low, short, long, named, _ = match.groups()
        if octal:
            # C++ lets \777 overflow its byte.
            return bytes([int(octal, 8) & 0xFF])
        if hexadecimal:
            return bytes([int(hexadecimal, 16)])
        if named:
            return bytes([_NAMED[named[0]]])
        if high:
            return _surrogate_pair(int(high, 16), int(low, 16))
        if short or long:
            return _utf8(int(short or long, 16))
        start = match.start()
        invalid.append(match.string[start : start + 2].decode("latin-1"))
        return b""

    parts = []
    # One by one: \x4 at the end of a literal does not go on in the next one.
    for literal in literals:
        inside = literal[1:-1].encode("utf-8", "surrogateescape")
        parts.append(_ESCAPE.sub(unescape, inside))
    return b"".join(parts), invalid[0] if invalid else ""


def _surrogate_pair(high: int, low: int) -> bytes:
    """The UTF-8 of a character that is written as in UTF-16; each half has 10 of its bits."""
    return chr(0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF)).encode()


def _utf8(code: int) -> bytes:
    """A code point as C++ encodes it: lone surrogates too, and beyond Unicode the escape itself."""
    if code > 0x10FFFF:
        return b"\\U%08x" % code
    return chr(code).encode("utf-8", "surrogatepass")
