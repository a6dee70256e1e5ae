"""Lists, commas and braces where a field takes one value: one problem for all of them.

What was intended is nearly always clear, so the values are read and a fix is proposed.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from protogen.edits import Fix
from protogen.text._error_recovery import skip_brackets
from protogen.text._reader_state import ReaderState
from protogen.text._scanner import scan_token, skip_gap
from protogen.text._values import Field, decode_strings
from protogen.text.tree import Child, Span

__all__ = ["ValueListReader"]

_CLOSERS = {"[": "]", "(": ")", "{": "}"}
_MOST_SHOWN = 60  # characters of the values in a hint
#: How many values a list may have that is compared with what the field takes.
_MOST_VALUES = 10_000
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")
#: A word or string that is not the name of a field.
_VALUE = re.compile(r"[\"']?([A-Za-z_][A-Za-z0-9_]*|-?[\d.]+)[\"']?(?![\w\"']|\s*[:{])")


class _Value(NamedTuple):
    """A value as it is written; ``value`` is ``None`` if the field cannot have it."""

    start: int
    end: int
    value: Any


class ValueListReader(ReaderState):
    """Reads several values where one is expected."""

    def begins_list(self, field: Field, at: int) -> bool:
        """Whether what is in the place of a scalar value is a list or a message."""
        mark = self.text[at : at + 1]
        return mark in ("(", "{") or (mark == "[" and not field.repeated)

    def bracketed_values(self, field: Field, start: int, at: int) -> int:
        """Read and report a list or a message; return where it ends."""
        closer = _CLOSERS[self.text[at]]
        values, end = self._values(field, skip_gap(self.text, at + 1))
        if values and self.text.startswith(closer, end):
            self._report_values(field, start, end + 1, values)
            return end + 1
        end = skip_brackets(self.text, at) if self.text[at] in "[{" else at + 1
        self._report_message(field, start, at, end)
        return end

    def more_values(self, position: int) -> int:
        """Read and report values after the value of a field; return where the last one ends.

        That is ``position`` if what is there is something else.
        """
        kind, _ = scan_token(self.text, position)
        if kind not in ("number", "string") and not self.text.startswith("-", position):
            return position
        field, start, first = self._last_value()
        if field is None or first is None:
            return position
        between = self.text[first.end : position]
        if between.strip() not in ("", ",") or ("\n" in between and "," not in between):
            return position
        values, end = self._values(field, position)
        if not values:
            return position
        end = values[-1].end
        self.frame.entries.pop()
        self._report_values(field, start, end, [first, *values])
        return end

    def _last_value(self) -> tuple[Field | None, int, _Value | None]:
        """The field read last if it is a scalar with one value, and where it and its value are."""
        if not self.frame.entries:
            return None, 0, None
        name, start, end, child = self.frame.entries[-1]
        field = self.frame.fields.get(name)
        if field is None or field.message is not None or child is not None:
            return None, 0, None
        at = skip_gap(self.text, start + len(name))
        if not self.text.startswith(":", at):
            return None, 0, None
        at = skip_gap(self.text, at + 1)
        return field, start, _Value(at, end, self._read(field, at, end))

    def _values(self, field: Field, position: int) -> tuple[list[_Value], int]:
        """The values from ``position`` on, with commas or blanks between them."""
        values: list[_Value] = []
        while len(values) < _MOST_VALUES:
            end = self._value_end(position)
            if end == position or self._names_field(position, end):
                return values, position
            values.append(_Value(position, end, self._read(field, position, end)))
            position = skip_gap(self.text, end)
            if self.text.startswith(",", position):
                position = skip_gap(self.text, position + 1)
        return values, position

    def _value_end(self, position: int) -> int:
        """The end of the number, word or string at ``position``, which itself if there is none."""
        start = position
        if self.text.startswith("-", position):
            start = skip_gap(self.text, position + 1)
        kind, end = scan_token(self.text, start)
        if kind in ("name", "number") or (kind == "string" and start == position):
            return end
        return position

    def _names_field(self, start: int, end: int) -> bool:
        """Whether a word is the name of the next field."""
        if not (self.text[start].isalpha() or self.text[start] == "_"):
            return False
        return self.text.startswith((":", "{", "<"), skip_gap(self.text, end))

    def _read(self, field: Field, start: int, end: int) -> Any:
        written = self.text[start:end]
        if written[0] not in "\"'":
            return field.read_word("".join(written.split()))
        if not (field.is_string or field.is_bytes) or scan_token(self.text, start)[1] != end:
            return None
        raw, invalid = decode_strings([written])
        if invalid:
            return None
        return raw if field.is_bytes else raw.decode("utf-8", "replace")

    # -- reports

    def _report_values(self, field: Field, start: int, end: int, values: list[_Value]) -> None:
        name = field.name
        number = len(values)
        written = [self.text[each.start : each.end] for each in values]
        known = [each.value for each in values]
        valid = None not in known
        decimal = self._has_decimal_comma(field, values)
        if field.repeated:
            message = f'expected "{name}:" before each of its {number} values'
            fixed = " ".join(f"{name}: {each}" for each in written)
            hint = f"write {_shortened(fixed)}"
            fix = _fix(fixed, start, end, safe=not decimal) if valid else None
        else:
            noun = "value" if number == 1 else "values"
            message = f'"{name}" takes one value, got a list of {number} {noun}'
            fixed = f"{name}: {written[0]}"
            same = valid and all(each == known[0] for each in known)
            if not same:
                fixed = self._one_per_axis(name, written)
            if decimal:
                fixed = f"{name}: {written[0]}.{written[1]}"
            hint = f"write {fixed}" if fixed else f'keep one value of "{name}"'
            if number == 3 and self._is_size(name):
                hint += "; only yjxiong's 3D fork of Caffe takes one for each of three axes"
            fix = _fix(fixed, start, end, safe=same and not decimal) if fixed else None
        self.report("several-values", message, start, end, hint=hint, fix=fix)
        self._keep(field, start, end, values)

    def _keep(self, field: Field, start: int, end: int, values: list[_Value]) -> None:
        """Put the values into the message, and note where they are."""
        known = [each.value for each in values if each.value is not None]
        child: Child = None
        if field.repeated:
            siblings = self.frame.values.setdefault(field.name, [])
            if values[0].value is not None and siblings[-1:] == [values[0].value]:
                siblings.pop()  # the first of several values was read as the only one
            siblings.extend(known)
            child = [Span(each.start, each.end, None) for each in values if each.value is not None]
        elif known:
            self.frame.values.setdefault(field.name, known[0])
        if known:
            self.frame.entries.append((field.name, start, end, child))

    def _has_decimal_comma(self, field: Field, values: list[_Value]) -> bool:
        """Whether the comma between two numbers may be a decimal point: ``0,5``."""
        written = self.text[values[0].start : values[-1].end]
        is_float = field.descriptor.cpp_type in (
            field.descriptor.CPPTYPE_FLOAT,
            field.descriptor.CPPTYPE_DOUBLE,
        )
        return is_float and _DECIMAL_COMMA.fullmatch(written) is not None

    def _one_per_axis(self, name: str, written: list[str]) -> str:
        """``kernel_h: 3 kernel_w: 5`` for two different values, if the message has these fields."""
        if len(written) != 2 or not self._is_size(name):
            return ""
        names = [f"{name.removesuffix('_size')}_{axis}" for axis in "hw"]
        return " ".join(f"{each}: {value}" for each, value in zip(names, written))

    def _is_size(self, name: str) -> bool:
        """Whether the message also has a field for the height, and one for the width."""
        names = [f"{name.removesuffix('_size')}_{axis}" for axis in "hw"]
        return all(each in self.frame.fields for each in names)

    def _report_message(self, field: Field, start: int, at: int, end: int) -> None:
        """Report braces, with the one value of the field that is in them, if there is one."""
        inside = self.text[at + 1 : end - 1][:1000]
        words = [match[1] for match in _VALUE.finditer(inside)]
        is_enum = field.descriptor.enum_type is not None
        # The names of enum values are in capital letters: {type: "max"} is MAX.
        spellings = {word.upper() if is_enum else word for word in words}
        fitting = [word for word in sorted(spellings) if field.read_word(word) is not None]
        what = "a message" if self.text[at] == "{" else "a list"
        message = f'"{field.name}" takes one value, got {what}'
        if len(fitting) != 1:
            self.report("syntax", message, start, end, hint=f'write "{field.name}: ..."')
            return
        fixed = f"{field.name}: {fitting[0]}"
        fix = _fix(fixed, start, end, safe=is_enum)
        self.report("several-values", message, start, end, hint=f"write {fixed}", fix=fix)
        value = field.read_word(fitting[0])
        if field.repeated:
            self.frame.values.setdefault(field.name, []).append(value)
        else:
            self.frame.values.setdefault(field.name, value)
        self.frame.entries.append((field.name, start, end, None))


def _fix(text: str, start: int, end: int, *, safe: bool) -> Fix:
    return Fix(f"write {_shortened(text)}", (), safe, ((start, end, text),))


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 4]} ..."
