"""Scalar values in full generality: signs, adjacent strings, escapes, and faulty ones."""

from __future__ import annotations

from typing import Any

from protogen.diagnostics import did_you_mean
from protogen.text._error_recovery import starts_line
from protogen.text._reader_state import ReaderState
from protogen.text._scanner import NAME, scan_token, skip_gap
from protogen.text._values import Field, decode_strings

__all__ = ["ScalarReader"]


class ScalarReader(ReaderState):
    """Reads the value of a scalar field, or of one that is not known."""

    def value(self, field: Field, at: int) -> tuple[Any, int]:
        """The value at ``at`` (None if there is no legal one) and where it ends."""
        kind, _ = scan_token(self.text, at)
        if kind in ("string", "unterminated"):
            return self._text_value(field, at)
        word, end = self._word(at)
        value = field.read_word(word)
        if value is not None:
            return value, end
        if end == at or self._is_next_field(at, end):
            self.report(
                "syntax",
                f'the value of "{field.name}" is missing',
                at,
                end,
                hint=f'write {field.expects} after "{field.name}:"',
            )
            return None, at
        self._bad_word(field, word, at, end)
        return None, end

    def any_value(self, name: str, at: int) -> tuple[str | None, int]:
        """The scalar value of an unknown field as it is written, if any field could have it."""
        kind, end = scan_token(self.text, at)
        if kind in ("string", "unterminated"):
            end = self._strings(at)[1]
            return self.text[at:end], end
        word, end = self._word(at)
        if not word or self._is_next_field(at, end):
            self.report("syntax", f'the value of "{name}" is missing', at, end)
            return None, at
        return word, end

    def found(self, at: int) -> str:
        """The token at ``at``, for a sentence."""
        kind, end = scan_token(self.text, at)
        if kind == "end":
            return "the end of the file"
        token = self.text[at : min(end, at + 40)]
        return token if kind in ("string", "unterminated") else f'"{token}"'

    def _word(self, at: int) -> tuple[str, int]:
        """A number or a name, with its sign; nothing and ``at`` where there is neither."""
        sign = "-" if self.text.startswith("-", at) else ""
        start = skip_gap(self.text, at + 1) if sign else at
        kind, end = scan_token(self.text, start)
        return (sign + self.text[start:end], end) if kind in ("name", "number") else ("", at)

    def _is_next_field(self, start: int, end: int) -> bool:
        """Whether what stands for a value is the name of the next field."""
        if not NAME.match(self.text, start):
            return False
        after = skip_gap(self.text, end)
        mark = self.text[after : after + 1]
        return mark == ":" or (mark == "{" and starts_line(self.text, start))

    def _bad_word(self, field: Field, word: str, start: int, end: int) -> None:
        shown = word if len(word) <= 40 else word[:37] + "..."
        kind = field.descriptor.enum_type
        if field.out_of_range(word):
            self.report(
                "out-of-range",
                f'{shown} does not fit "{field.name}"',
                start,
                end,
                why=f"{field.range[0]} to {field.range[1]} fit",
            )
        elif kind is not None and not word[0].isdigit():
            names = kind.values_by_name
            self.report(
                "unknown-enum-value",
                f'"{field.name}" has no value {shown}',
                start,
                end,
                hint=did_you_mean(word, names),
                why=f"it takes {field.expects}",
            )
        else:
            quoted = field.is_string or field.is_bytes
            self.report(
                "wrong-value-type",
                f'"{field.name}" takes {field.expects}, found {shown}',
                start,
                end,
                hint=f'write "{word}" with its quotes' if quoted else "",
            )

    def _text_value(self, field: Field, at: int) -> tuple[str | bytes | None, int]:
        literals, end = self._strings(at)
        if not (field.is_string or field.is_bytes):
            word = literals[0][1:-1]
            hint = "" if field.read_word(word) is None else f"write {word} without quotes"
            self.report(
                "wrong-value-type",
                f'"{field.name}" takes {field.expects}, found a string',
                at,
                end,
                hint=hint,
            )
            return None, end
        raw, bad = decode_strings(literals)
        if bad:
            self.report(
                "invalid-escape",
                f"{bad} is no escape",
                at,
                end,
                hint=f"write \\{bad} for the backslash itself",
            )
        return (raw if field.is_bytes else self._decoded(raw, at, end)), end

    def _decoded(self, raw: bytes, at: int, end: int) -> str:
        """Bytes as text. Caffe takes any; those that are not UTF-8 are read as Latin-1."""
        try:
            return raw.decode()
        except UnicodeDecodeError:
            self.report(
                "not-utf8",
                "the string is not UTF-8, and is read as Latin-1",
                at,
                end,
                hint="save the file as UTF-8",
            )
            return raw.decode("latin-1")

    def _strings(self, at: int) -> tuple[list[str], int]:
        """The adjacent string literals at ``at``, and where the last one ends."""
        literals: list[str] = []
        end = at
        while True:
            kind, after = scan_token(self.text, at)
            if kind not in ("string", "unterminated"):
                return literals, end
            literal, end = self.text[at:after], after
            if kind == "unterminated":
                self.report(
                    "unterminated-string",
                    "the string is not closed on its line",
                    at,
                    end,
                    hint=f"end it with {literal[0]}",
                )
                literal += literal[0]
            literals.append(literal)
            at = skip_gap(self.text, end)
