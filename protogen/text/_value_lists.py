"""Lists, commas and braces where a field takes one value: one problem for all of them.

What was intended is nearly always clear, so the values are read and a fix is proposed.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from protogen.edits import Fix
from protogen.text._error_recovery import skip_brackets
from protogen.text._reader_state import ReaderState
from protogen.text._scanner import past_mark, scan_token, skip_gap
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
        opener = self.text[at]
        values, end = self._values(field, skip_gap(self.text, at + 1))
        if values and self.text.startswith(_CLOSERS[opener], end):
            self._report_values(field, start, end + 1, values)
            return end + 1
        # Parentheses are no brackets of text format, so their end is not looked for.
        end = at + 1
        if opener in "[{":
            end = skip_brackets(self.text, at)
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
        if field is None or first is None or not self._continues(first.end, position):
            return position
        values, end = self._values(field, position)
        if not values:
            return position
        end = values[-1].end
        # The first value is reported and kept with the others.
        self.frame.entries.pop()
        self._report_values(field, start, end, [first, *values])
        return end

    def _continues(self, start: int, end: int) -> bool:
        """Whether values on both sides of a gap can be one list: a comma, or one line."""
        between = self.text[start:end]
        if between.strip() not in ("", ","):
            return False
        return "," in between or "\n" not in between

    def _last_value(self) -> tuple[Field | None, int, _Value | None]:
        """The field read last if it is a scalar with one value, and where it and its value are."""
        if not self.frame.entries:
            return None, 0, None
        name, start, end, child = self.frame.entries[-1]
        field = self.frame.fields.get(name)
        if field is None or field.message is not None or child is not None:
            return None, 0, None
        colon = skip_gap(self.text, start + len(name))
        # Without a colon, more than one thing is wrong with the field.
        if not self.text.startswith(":", colon):
            return None, 0, None
        at = skip_gap(self.text, colon + 1)
        value = self._read(field, at, end)
        return field, start, _Value(at, end, value)

    def _values(self, field: Field, position: int) -> tuple[list[_Value], int]:
        """The values from ``position`` on, with commas or blanks between them."""
        values: list[_Value] = []
        while len(values) < _MOST_VALUES:
            end = self._value_end(position)
            if end == position or self._names_field(position, end):
                return values, position
            values.append(_Value(position, end, self._read(field, position, end)))
            position = past_mark(self.text, end, ",")
        return values, position

    def _value_end(self, position: int) -> int:
        """The end of the number, word or string at ``position``, which itself if there is none."""
        start = past_mark(self.text, position, "-")
        kind, end = scan_token(self.text, start)
        if kind in ("name", "number"):
            return end
        # A string has no sign.
        if kind == "string" and start == position:
            return end
        return position

    def _names_field(self, start: int, end: int) -> bool:
        """Whether a word is the name of the next field."""
        first = self.text[start]
        if not first.isalpha() and first != "_":
            return False
        return self.text.startswith((":", "{", "<"), skip_gap(self.text, end))

    def _read(self, field: Field, start: int, end: int) -> Any:
        """The value of a word or string; ``None`` if the field cannot have it."""
        written = self.text[start:end]
        if written[0] not in "\"'":
            return field.read_word("".join(written.split()))
        if not field.is_string and not field.is_bytes:
            return None
        # Several strings in a row are left to the reader, which joins them.
        _, string_end = scan_token(self.text, start)
        if string_end != end:
            return None
        raw, invalid = decode_strings([written])
        if invalid:
            return None
        if field.is_bytes:
            return raw
        return raw.decode("utf-8", "replace")

    # -- reports

    def _report_values(self, field: Field, start: int, end: int, values: list[_Value]) -> None:
        if field.repeated:
            self._report_repeated(field, start, end, values)
        else:
            self._report_single(field, start, end, values)
        self._keep(field, start, end, values)

    def _report_repeated(self, field: Field, start: int, end: int, values: list[_Value]) -> None:
        """Report the values of a repeated field without brackets."""
        name = field.name
        message = f'expected "{name}:" before each of its {len(values)} values'
        fixed = " ".join(f"{name}: {each}" for each in self._written(values))
        fix = None
        if all(each.value is not None for each in values):
            safe = not self._has_decimal_comma(field, values)
            fix = _fix(fixed, start, end, safe=safe)
        hint = f"write {_shortened(fixed)}"
        self.report("several-values", message, start, end, hint=hint, fix=fix)

    def _report_single(self, field: Field, start: int, end: int, values: list[_Value]) -> None:
        """Report several values of a field that takes one."""
        name = field.name
        number = len(values)
        written = self._written(values)
        noun = "values"
        if number == 1:
            noun = "value"
        message = f'"{name}" takes one value, got a list of {number} {noun}'
        safe = False
        if self._has_decimal_comma(field, values):
            fixed = f"{name}: {written[0]}.{written[1]}"
        elif _are_equal(values):
            fixed = f"{name}: {written[0]}"
            safe = True
        else:
            fixed = self._one_per_axis(name, written)
        hint = f"write {fixed}" if fixed else f'keep one value of "{name}"'
        if number == 3 and self._is_size(name):
            hint += "; only yjxiong's 3D fork of Caffe takes one for each of three axes"
        fix = None
        if fixed:
            fix = _fix(fixed, start, end, safe=safe)
        self.report("several-values", message, start, end, hint=hint, fix=fix)

    def _written(self, values: list[_Value]) -> list[str]:
        return [self.text[each.start : each.end] for each in values]

    def _keep(self, field: Field, start: int, end: int, values: list[_Value]) -> None:
        """Put the values into the message, and note where they are."""
        known = []
        for each in values:
            if each.value is not None:
                known.append(each)
        if not known:
            return
        child: Child = None
        if field.repeated:
            siblings = self.frame.values.setdefault(field.name, [])
            # The first of several values was read as the only one.
            first = values[0].value
            if first is not None and siblings[-1:] == [first]:
                siblings.pop()
            siblings.extend(each.value for each in known)
            child = [Span(each.start, each.end, None) for each in known]
        else:
            # Of several values for one field, the first counts, as elsewhere.
            self.frame.values.setdefault(field.name, known[0].value)
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
        stem = name.removesuffix("_size")
        height, width = written
        return f"{stem}_h: {height} {stem}_w: {width}"

    def _is_size(self, name: str) -> bool:
        """Whether the message also has a field for the height, and one for the width."""
        names = [f"{name.removesuffix('_size')}_{axis}" for axis in "hw"]
        return all(each in self.frame.fields for each in names)

    def _report_message(self, field: Field, start: int, at: int, end: int) -> None:
        """Report braces, with the one value of the field that is in them, if there is one."""
        inside = self.text[at + 1 : end - 1][:1000]
        words = {match[1] for match in _VALUE.finditer(inside)}
        is_enum = field.descriptor.enum_type is not None
        if is_enum:
            # The names of enum values are in capital letters: {type: "max"} is MAX.
            words = {word.upper() for word in words}
        fitting = [word for word in sorted(words) if field.read_word(word) is not None]
        what = "a list"
        if self.text[at] == "{":
            what = "a message"
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


def _are_equal(values: list[_Value]) -> bool:
    """Whether the field can have each of the values, and all of them are the same."""
    first = values[0].value
    return first is not None and all(each.value == first for each in values)


def _fix(text: str, start: int, end: int, *, safe: bool) -> Fix:
    return Fix(f"write {_shortened(text)}", (), safe, ((start, end, text),))


def _shortened(text: str) -> str:
    if len(text) <= _MOST_SHOWN:
        return text
    return f"{text[: _MOST_SHOWN - 4]} ..."
