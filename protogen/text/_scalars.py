"""Scalar values in all forms: signs, adjacent strings, escapes, and values with errors."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from protogen.diagnostics import did_you_mean
from protogen.edits import Fix
from protogen.proto.fields import INTEGER_RANGES, expected_value
from protogen.text._error_recovery import starts_line
from protogen.text._scanner import NAME, scan_token, skip_gap
from protogen.text._value_lists import ValueListReader
from protogen.text._values import Field, decode_strings

__all__ = ["ScalarReader"]

_MOST_SHOWN = 40  # characters of a token in a message


class ScalarReader(ValueListReader):
    """Reads the value of a scalar field, or of an unknown field."""

    def value(self, field: Field, at: int) -> tuple[Any, int]:
        """The value at ``at`` (None if there is no valid one) and where it ends."""
        kind, _ = scan_token(self.text, at)
        if kind in ("string", "unterminated"):
            return self._string_value(field, at)
        word, end = self._word(at)
        value = field.read_word(word)
        if value is not None:
            return value, end
        # In `bottom: top: "x"` the word after the colon is not a bad value: the value is missing.
        if end == at or self._is_next_field(at, end):
            expected = expected_value(field.descriptor)
            hint = f'write {expected} after "{field.name}:"'
            self.report("syntax", f'"{field.name}" has no value', at, end, hint)
            return None, at
        self._report_word(field, word, at, end)
        return None, end

    def any_value(self, name: str, at: int) -> tuple[str | None, int]:
        """The scalar value of an unknown field as it is written, if any field could have it."""
        kind, end = scan_token(self.text, at)
        if kind in ("string", "unterminated"):
            end = self._strings(at)[1]
            return self.text[at:end], end
        word, end = self._word(at)
        if not word or self._is_next_field(at, end):
            self.report("syntax", f'"{name}" has no value', at, end)
            return None, at
        return word, end

    def token_at(self, at: int) -> str:
        """The token at ``at`` as a message quotes it."""
        kind, end = scan_token(self.text, at)
        if kind == "end":
            return "the end of the file"
        token = self.text[at : min(end, at + _MOST_SHOWN)]
        if kind in ("string", "unterminated"):
            return token
        return f'"{token}"'

    def _word(self, at: int) -> tuple[str, int]:
        """A number or a name with its sign, and its end; empty and ``at`` if there is neither."""
        sign, start = "", at
        if self.text.startswith("-", at):
            # C++ protobuf takes blanks and comments between a sign and its number.
            sign, start = "-", skip_gap(self.text, at + 1)
        kind, end = scan_token(self.text, start)
        if kind not in ("name", "number"):
            return "", at
        return sign + self.text[start:end], end

    def _is_next_field(self, start: int, end: int) -> bool:
        """Whether what is in the place of a value is the name of the next field."""
        if not NAME.match(self.text, start):
            return False
        after = skip_gap(self.text, end)
        if self.text.startswith(":", after):
            return True
        # A word before a brace on the same line is probably a value: type: max { }.
        return self.text.startswith("{", after) and starts_line(self.text, start)

    def _report_word(self, field: Field, word: str, start: int, end: int) -> None:
        """Say what is wrong with a word that is not a value of the field."""
        if field.is_out_of_range(word):
            least, most = INTEGER_RANGES[field.descriptor.type]
            message = f'{_shown(word)} is out of range for "{field.name}"'
            self.report("out-of-range", message, start, end, why=f"it takes {least} to {most}")
            return
        kind = field.descriptor.enum_type
        if kind is not None and not word[0].isdigit():  # a number is no misspelled name
            self._report_enum_value(field, kind.values_by_name, word, start, end)
            return
        hint = ""
        fix = None
        if field.is_string or field.is_bytes:
            hint = f'write "{word}" in quotes'
            # A number in the place of a string may be a different mistake.
            if NAME.fullmatch(word):
                fix = Fix(hint, (), True, ((start, end, f'"{word}"'),))
        expected = expected_value(field.descriptor)
        message = f'"{field.name}": expected {expected}, got {_shown(word)}'
        self.report("wrong-value-type", message, start, end, hint, fix=fix)

    def _report_enum_value(
        self, field: Field, values: Collection[str], word: str, start: int, end: int
    ) -> None:
        """Report a word that is not one of the values of an enum."""
        fix = None
        # The names of all enum values of Caffe are in capital letters.
        capitals = word.upper()
        if capitals in values:
            fix = Fix(f"write {capitals}", (), True, ((start, end, capitals),))
        self.report(
            "unknown-enum-value",
            f'"{field.name}" has no value {_shown(word)}',
            start,
            end,
            hint=did_you_mean(word, values),
            why=f"it takes {expected_value(field.descriptor)}",
            fix=fix,
        )

    def _string_value(self, field: Field, at: int) -> tuple[str | bytes | None, int]:
        literals, end = self._strings(at)
        if not field.is_string and not field.is_bytes:
            self._report_string(field, literals, at, end)
            return None, end
        raw, invalid = decode_strings(literals)
        if invalid:
            message = f"{invalid} is not a valid escape sequence"
            hint = f"write \\{invalid} for a literal backslash"
            self.report("invalid-escape", message, at, end, hint)
        if field.is_bytes:
            return raw, end
        return self._decoded(raw, at, end), end

    def _report_string(self, field: Field, literals: list[str], start: int, end: int) -> None:
        """Report a string where a number or a word is expected."""
        word = literals[0][1:-1]
        message = f'"{field.name}": expected {expected_value(field.descriptor)}, got a string'
        hint = ""
        fix = None
        if field.read_word(word) is not None:
            hint = f"write {word} without quotes"
            if len(literals) == 1:
                fix = Fix(hint, (), True, ((start, end, word),))
        self.report("wrong-value-type", message, start, end, hint, fix=fix)

    def _decoded(self, raw: bytes, at: int, end: int) -> str:
        """Bytes as text. Caffe takes any bytes; those that are not UTF-8 are read as Latin-1."""
        try:
            return raw.decode()
        except UnicodeDecodeError:
            message = "string is not valid UTF-8; it is read as Latin-1"
            self.report("not-utf8", message, at, end, hint="save the file as UTF-8")
            return raw.decode("latin-1")

    def _strings(self, at: int) -> tuple[list[str], int]:
        """The adjacent string literals at ``at``, and where the last one ends."""
        # As in C, adjacent literals are one string, and a string ends with its line.
        literals: list[str] = []
        end = at
        while True:
            kind, after = scan_token(self.text, at)
            if kind not in ("string", "unterminated"):
                return literals, end
            literal, end = self.text[at:after], after
            if kind == "unterminated":
                message, hint = "string is not closed on its line", f"close it with {literal[0]}"
                self.report("unterminated-string", message, at, end, hint)
                literal += literal[0]
            literals.append(literal)
            at = skip_gap(self.text, end)


def _shown(word: str) -> str:
    """A word as a message quotes it."""
    if len(word) <= _MOST_SHOWN:
        return word
    return word[: _MOST_SHOWN - 3] + "..."
