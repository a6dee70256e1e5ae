"""What a word or a string means for a field, by the rules of C++ protobuf's text parser."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

__all__ = ["Field", "Fields", "decode_strings", "fields_of", "has_required", "is_repeated"]

Fields = dict[str, "Field"]
_Reader = Callable[[str], Any]

_INTEGER = re.compile(r"-?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)")
_DECIMAL = re.compile(
    r"(-?(?:0|[1-9][0-9]*|(?:(?:0|[1-9][0-9]*)?\.[0-9]+|(?:0|[1-9][0-9]*)\.))"
    r"(?:[eE][-+]?[0-9]+)?)[fF]?"
)
_SPECIAL = re.compile(r"-?(?:inf|infinity|nan)", re.IGNORECASE)
_BOOLEANS = {"true": True, "True": True, "t": True, "false": False, "False": False, "f": False}

_D = FieldDescriptor
_RANGES = {
    **dict.fromkeys((_D.TYPE_INT32, _D.TYPE_SINT32, _D.TYPE_SFIXED32), (-(2**31), 2**31 - 1)),
    **dict.fromkeys((_D.TYPE_INT64, _D.TYPE_SINT64, _D.TYPE_SFIXED64), (-(2**63), 2**63 - 1)),
    **dict.fromkeys((_D.TYPE_UINT32, _D.TYPE_FIXED32), (0, 2**32 - 1)),
    **dict.fromkeys((_D.TYPE_UINT64, _D.TYPE_FIXED64), (0, 2**64 - 1)),
}
_CACHED_WORDS = 10_000


class Field:
    """A field as the reader needs it: how often it may occur and what its words mean.

    ``words`` remembers the value of each word met: a net says ``stride: 1`` many times over.
    """

    __slots__ = (
        "_read",
        "descriptor",
        "has_required",
        "inner",
        "is_bytes",
        "is_string",
        "message",
        "name",
        "range",
        "repeated",
        "words",
    )

    def __init__(self, descriptor: Any) -> None:
        self.descriptor = descriptor
        self.name: str = descriptor.name
        self.repeated = is_repeated(descriptor)
        self.message: Any = descriptor.message_type
        self.has_required = self.message is not None and has_required(self.message)
        self.is_bytes = descriptor.type == descriptor.TYPE_BYTES
        self.is_string = descriptor.type == descriptor.TYPE_STRING
        self.inner: Fields = {}  # of the message, once `load_inner` was asked for them
        self.words: dict[str, Any] = {}
        self.range = _RANGES.get(descriptor.type, (0, 0))
        self._read = self._reader()

    def load_inner(self) -> Fields:
        """The fields of the message that this field holds."""
        self.inner = fields_of(self.message)
        return self.inner

    def read_word(self, word: str) -> Any:
        """The value of a number or identifier (with its sign), or None where it is not legal."""
        value = self.words.get(word)
        if value is None:
            value = self._read(word) if word else None
            if value is not None and len(self.words) < _CACHED_WORDS:
                self.words[word] = value
        return value

    @property
    def expects(self) -> str:
        """What a value of this field is called in a sentence."""
        kind = self.descriptor.type
        if kind == _D.TYPE_ENUM:
            return "one of " + ", ".join(self.descriptor.enum_type.values_by_name)
        if kind == _D.TYPE_BOOL:
            return "true or false"
        if kind in (_D.TYPE_FLOAT, _D.TYPE_DOUBLE):
            return "a number"
        if kind in _RANGES:
            return "an integer" if self.range[0] else "an integer that is not negative"
        return "a message in braces" if self.message is not None else "a string in quotes"

    def out_of_range(self, word: str) -> bool:
        """Whether ``word`` is an integer that this integer field cannot hold."""
        return self.descriptor.type in _RANGES and _integer(word) is not None

    def _reader(self) -> _Reader:
        kind = self.descriptor.type
        if kind in _RANGES:
            return self._ranged
        if kind in (_D.TYPE_FLOAT, _D.TYPE_DOUBLE):
            return _float
        if kind == _D.TYPE_BOOL:
            return _boolean
        return self._enum if kind == _D.TYPE_ENUM else _no_value

    def _ranged(self, word: str) -> int | None:
        value = _integer(word)
        low, high = self.range
        # C++ takes no sign at all before an unsigned number, not even that of -0.
        if value is None or not low <= value <= high or (not low and word[0] == "-"):
            return None
        return value

    def _enum(self, word: str) -> int | None:
        enum = self.descriptor.enum_type
        value = enum.values_by_name.get(word) or enum.values_by_number.get(_integer(word))
        return None if value is None else int(value.number)


def _no_value(word: str) -> None:
    """No word is a string or a message."""


def _integer(word: str) -> int | None:
    if not _INTEGER.fullmatch(word):
        return None
    digits = word.lstrip("-")
    base = 10 if digits[0] != "0" else 16 if digits[1:2] in ("x", "X") else 8
    digits = digits[2:] if base == 16 else digits
    # Past 64 bits nothing is in range; and Python refuses to convert numbers of 4,300 digits.
    digits = digits.lstrip("0") or "0"
    value = int(digits, base) if len(digits) < 64 else 2**64
    return -value if word[0] == "-" else value


def _float(word: str) -> float | None:
    match = _DECIMAL.fullmatch(word)
    if match:
        return float(match.group(1))
    return float(word) if _SPECIAL.fullmatch(word) else None


def _boolean(word: str) -> bool | None:
    value = _BOOLEANS.get(word)
    if value is None and word[0] != "-" and _integer(word) in (0, 1):
        value = _integer(word) == 1
    return value


def is_repeated(field: Any) -> bool:
    """Whether a field takes several values."""
    return _is(field, "repeated")


@cache
def has_required(descriptor: Any) -> bool:
    """Whether any field of a message (itself, not of those in it) is required."""
    return any(_is(field, "required") for field in descriptor.fields)


def _is(field: Any, label: str) -> bool:
    # `label` warns of its removal in new protobufs; `is_repeated` and so on are not in old ones.
    known = getattr(field, f"is_{label}", None)
    if known is None:
        return bool(field.label == getattr(field, f"LABEL_{label.upper()}"))
    return bool(known)


_tables: dict[Any, Fields] = {}


def fields_of(descriptor: Any) -> Fields:
    """The fields of a message type by name, made when first asked for."""
    if descriptor not in _tables:
        _tables[descriptor] = {field.name: Field(field) for field in descriptor.fields}
    return _tables[descriptor]


_ESCAPE = re.compile(
    rb"""\\(?: ([0-7]{1,3}) | x([0-9a-fA-F]{1,2})
             | u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})
             | u([0-9a-fA-F]{4}) | U(00[01][0-9a-fA-F]{5}) | ([abfnrtv\\?'"]) | () )""",
    re.VERBOSE,
)
_NAMED = dict(zip(b"abfnrtv\\?'\"", b"\a\b\f\n\r\t\v\\?'\"", strict=True))


def decode_strings(literals: list[str]) -> tuple[bytes, str]:
    """The bytes that adjacent string literals (with their quotes) stand for together.

    The second value is the first escape that C++ does not know, or nothing.
    """
    bad: list[str] = []

    def unescape(match: re.Match[bytes]) -> bytes:
        octal, hexadecimal, high, low, short, long, named, _ = match.groups()
        if octal or hexadecimal:
            return bytes([int(octal, 8) & 0xFF if octal else int(hexadecimal, 16)])
        if named:
            return bytes([_NAMED[named[0]]])
        if high:
            pair = 0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF)
            return chr(pair).encode()
        if short or long:
            return _utf8(int(short or long, 16))
        start = match.start()
        bad.append(match.string[start : start + 2].decode("latin-1"))
        return b""

    raw = b"".join(
        _ESCAPE.sub(unescape, literal[1:-1].encode("utf-8", "surrogateescape"))
        for literal in literals
    )
    return raw, bad[0] if bad else ""


def _utf8(code: int) -> bytes:
    """A code point as C++ writes it: lone surrogates too, and past Unicode the escape itself."""
    return chr(code).encode("utf-8", "surrogatepass") if code <= 0x10FFFF else b"\\U%08x" % code
