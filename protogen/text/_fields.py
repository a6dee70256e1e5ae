"""One field in all forms that C++ protobuf reads, and the report of what is not a field."""

from __future__ import annotations

from typing import Any

from protogen.diagnostics import did_you_mean
from protogen.edits import Fix
from protogen.text._error_recovery import column, skip_brackets, skip_to_field, starts_line
from protogen.text._reader_state import MAX_DEPTH, MAX_PROBLEMS, UNKNOWN, Frame
from protogen.text._scalars import ScalarReader
from protogen.text._scanner import EXTENSION, OPENERS, scan_token, skip_gap
from protogen.text._values import Field
from protogen.text.tree import Child, Span

__all__ = ["FieldReader"]


class FieldReader(ScalarReader):
    """Reads what is at a position. Methods return where to go on; -1 is the end of the text."""

    def any_field(self, position: int) -> int:
        """Read one field or closing brace."""
        kind, end = scan_token(self.text, position)
        mark = self.text[position:end]
        if kind == "end":
            return self._end_of_text()
        if kind == "name":
            return self._field(mark, position, end)
        if mark in ("}", ">"):
            return self._closing_brace(position)
        if mark == "[":
            return self._extension(position)
        return self._unexpected(position, kind, end)

    # -- known fields

    def _field(self, name: str, start: int, end: int) -> int:
        """Read the field with this name; return where the next one starts."""
        at = skip_gap(self.text, end)
        colon = self.text.startswith(":", at)
        if colon:
            at = skip_gap(self.text, at + 1)
        if self.frame.fields is UNKNOWN:
            return self._unknown_value(name, start, at, colon)
        field = self.frame.fields.get(name)
        if field is None:
            return self._unknown(name, start, end, at, colon)
        if not field.repeated and name in self.frame.values:
            # C++ protobuf: "Non-repeated field "name" is specified multiple times."
            message = f'"{name}" is given twice, but takes one value'
            hint = f'keep one "{name}"'
            self.report("field-given-twice", message, start, end, hint=hint)
        # Text format takes a message with a colon or without.
        if field.message is not None:
            return self._message(field, start, at)
        if self.begins_list(field, at):
            after = self.bracketed_values(field, start, at)
            return self._past_separator(after)
        if not colon:
            at = self._report_no_colon(name, start, end, at)
            # More likely the next field than the value.
            if starts_line(self.text, at):
                return at
        if field.repeated and self.text.startswith("[", at):
            return self._scalar_list(field, name, start, at)
        return self._scalar(field, name, start, at)

    def _scalar(self, field: Field, name: str, start: int, at: int) -> int:
        """Read the value of a field that is no message; return where the next one starts."""
        value, after = self.value(field, at)
        if value is not None:
            self._store(field, [value])
            return self._add_entry(name, start, after, None)
        # Skip a wrong value; if there is no value at all, skip to the next field.
        if after > at:
            return self._past_separator(after)
        return skip_to_field(self.text, at)

    def _report_no_colon(self, name: str, start: int, end: int, at: int) -> int:
        """Return where the value may still be, as in ``name "x"`` or ``name = "x"``."""
        message = f'expected ":" after "{name}", got {self.token_at(at)}'
        if not self.text.startswith("=", at):
            self.report("syntax", message, start, end, hint=f'write "{name}: ..."')
            return at
        fix = Fix('write ":" in place of "="', (), True, ((end, at + 1, ":"),))
        self.report("syntax", message, start, end, hint=fix.title, fix=fix)
        return skip_gap(self.text, at + 1)

    def _store(self, field: Field, values: list[Any]) -> None:
        if not field.repeated:
            self.frame.values.setdefault(field.name, values[0])
        elif values:
            self.frame.values.setdefault(field.name, []).extend(values)

    def _add_entry(self, name: str, start: int, end: int, child: Child) -> int:
        """Note where a field is written; go on after the separator that may follow it."""
        self.frame.entries.append((name, start, end, child))
        return self._past_separator(end)

    def _past_separator(self, position: int) -> int:
        # C++ protobuf takes one separator after a field, and ignores which one it is.
        position = skip_gap(self.text, position)
        if self.text.startswith((",", ";"), position):
            position = skip_gap(self.text, position + 1)
        return position

    # -- messages

    def _message(self, field: Field, start: int, at: int) -> int:
        mark = self.text[at : at + 1]
        if mark == "[" and field.repeated:
            return self._message_list(field, field.name, start, at)
        return self._open(field, field.name, start, at)

    def _open(self, field: Field | None, name: str, start: int, at: int) -> int:
        """Open a message, which should start with a brace at ``at``."""
        if self.text[at : at + 1] not in ("{", "<"):
            message = f'expected "{{" after "{name}", got {self.token_at(at)}'
            self.report("syntax", message, start, start + len(name), f'write "{name} {{ ... }}"')
            return skip_to_field(self.text, at)
        if len(self.stack) >= MAX_DEPTH:
            message = f"messages are nested more than {MAX_DEPTH} levels deep"
            self.report("nested-too-deep", message, at, at + 1)
            return self._past_separator(skip_brackets(self.text, at))
        self.open(field, name, start, at)
        return skip_gap(self.text, at + 1)

    def _message_list(self, field: Field | None, name: str, start: int, at: int) -> int:
        first = skip_gap(self.text, at + 1)
        if self.text.startswith("]", first):
            return self._add_entry(name, start, first + 1, [])
        # The loop over the elements is that of the reader: nesting costs no recursion.
        return self._element(field, name, [], start, first)

    def _element(
        self, field: Field | None, name: str, items: list[Span], list_start: int, at: int
    ) -> int:
        """Open one message of a list."""
        depth = len(self.stack)
        position = self._open(field, name, at, at)
        if len(self.stack) > depth:
            self.frame.listed = (list_start, items)
        return position

    def _closing_brace(self, position: int) -> int:
        frame, mark = self.frame, self.text[position]
        if not self.stack:
            self.report(
                "stray-brace",
                f'"{mark}" closes nothing',
                position,
                position + 1,
                hint="delete it, or look above for an extra closing brace",
            )
            return self._past_separator(position + 1)
        if mark != frame.closer:
            self.report(
                "stray-brace",
                f'expected "{frame.closer}" to close "{self.text[frame.opened]}", got "{mark}"',
                position,
                position + 1,
                hint=f'write "{frame.closer}"',
            )
        self.close(position + 1)
        if frame.listed is None:
            return self._past_separator(position + 1)
        return self._next_element(frame, *frame.listed, position + 1)

    def _next_element(self, frame: Frame, start: int, items: list[Span], end: int) -> int:
        """Go on after a message of a list: with the next one, or after the list."""
        position = skip_gap(self.text, end)
        if self.text.startswith("]", position):
            return self._add_entry(frame.name, start, position + 1, items)
        if self.text.startswith(",", position):
            position = skip_gap(self.text, position + 1)
            if self.text.startswith(("{", "<"), position):
                return self._element(frame.field, frame.name, items, start, position)
        self.report(
            "syntax",
            f'expected "," and a message, or "]", got {self.token_at(position)}',
            position,
            position + 1,
        )
        self.frame.entries.append((frame.name, start, end, items))
        return skip_to_field(self.text, position)

    # -- lists of scalars

    def _scalar_list(self, field: Field | None, name: str, start: int, at: int) -> int:
        values: list[Any] = []
        spans: list[Span] = []
        position = skip_gap(self.text, at + 1)
        if self.text.startswith("]", position):
            return self._add_entry(name, start, position + 1, spans)
        while True:
            value, end = self.value(field, position) if field else self.any_value(name, position)
            if value is not None:
                values.append(value)
                spans.append(Span(position, end, None))
            position = skip_gap(self.text, end)
            if not self.text.startswith(",", position):
                break
            position = skip_gap(self.text, position + 1)
        if field is not None:
            self._store(field, values)
        if self.text.startswith("]", position):
            return self._add_entry(name, start, position + 1, spans)
        self.report(
            "syntax", f'expected "," or "]", got {self.token_at(position)}', position, position + 1
        )
        self.frame.entries.append((name, start, end, spans))
        return skip_to_field(self.text, position)

    # -- unknown fields

    def _unknown(self, name: str, start: int, end: int, at: int, colon: bool) -> int:
        outer = self._owner_outside(name, start)
        if outer is not None:
            return self._close_forgotten(outer, start)
        field = self.frame.field
        kind = self.descriptor.name if field is None else field.message.name
        hint = self._hint(kind, name)
        if colon or self.text.startswith(("{", "<"), at):
            message = f'{kind}{self.of_schema} has no field "{name}"'
            fix = None
            if name.lower() in self.frame.fields:
                fix = Fix(f'write "{name.lower()}"', (), True, ((start, end, name.lower()),))
            self.report("unknown-field", message, start, end, hint, fix=fix)
        return self._unknown_value(name, start, at, colon, hint)

    def _hint(self, kind: str, name: str) -> str:
        # A close match takes 1 ms to find, so it is found once, and only if it will be reported.
        if len(self.problems) >= MAX_PROBLEMS:
            return ""
        hint = self.hints.get((kind, name))
        if hint is None:
            hint = self.hints[kind, name] = did_you_mean(name, self.frame.fields)
        return hint

    def _unknown_value(self, name: str, start: int, at: int, colon: bool, hint: str = "") -> int:
        if self.text.startswith(("{", "<"), at):
            return self._open(None, name, start, at)
        if not colon:
            message = f'expected ":" or "{{" after "{name}", got {self.token_at(at)}'
            self.report("syntax", message, start, start + len(name), hint)
            return skip_to_field(self.text, at)
        if self.text.startswith("[", at):
            first = skip_gap(self.text, at + 1)
            if self.text[first : first + 1] in OPENERS:
                return self._message_list(None, name, start, at)
            return self._scalar_list(None, name, start, at)
        value, end = self.any_value(name, at)
        if value is None:
            return skip_to_field(self.text, at)
        return self._add_entry(name, start, end, None)

    def _extension(self, position: int) -> int:
        match = EXTENSION.match(self.text, position)
        if match is None:
            return self._unexpected(position, "symbol", position + 1)
        end = match.end()
        name = "".join(match.group().split())  # blanks may be around its dots
        at = skip_gap(self.text, end)
        colon = self.text.startswith(":", at)
        if self.frame.fields is not UNKNOWN:
            self.report("unknown-field", f"unknown extension {name}", position, end)
        return self._unknown_value(name, position, skip_gap(self.text, at + colon), colon)

    # -- what is not a field

    def _unexpected(self, position: int, kind: str, end: int) -> int:
        after = self.more_values(position)
        if after > position:
            return self._past_separator(after)
        if kind in ("control", "foreign"):
            message = f"invalid character {self.text[position]!a} outside of a string"
            self.report("invalid-character", message, position, end)
        else:
            message = f"expected a field name, got {self.token_at(position)}"
            is_comment = self.text.startswith(("//", "/*"), position)
            hint = ""
            if is_comment:
                hint = "comments start with #"
            fix = None
            if self.text.startswith("//", position):
                fix = Fix("write #", (), True, ((position, position + 2, "#"),))
            self.report("syntax", message, position, end, hint, fix=fix)
        return skip_to_field(self.text, skip_gap(self.text, end))

    def _owner_outside(self, name: str, start: int) -> int | None:
        """How many messages are open around the one that this field belongs to.

        None unless its name is valid there and not here, and it is written no further to the right
        than that message's other fields: then a closing brace is missing above.
        """
        if not starts_line(self.text, start):
            return None
        here = column(self.text, start)
        frames = [*self.stack, self.frame]
        # From the inside out: the fewest braces that are missing.
        for depth in range(len(self.stack) - 1, -1, -1):
            if name not in frames[depth].fields:
                continue
            inner = frames[depth + 1]
            if here > column(self.text, inner.start):
                continue
            # It could be a misspelled field of this message, if it is in line with the others here.
            if name == inner.name or not self._is_in_line(here):
                return depth
        return None

    def _is_in_line(self, here: int) -> bool:
        """Whether a column is that of the first field of the message, or further to the right."""
        if not self.frame.entries:
            return False
        first = self.frame.entries[0][1]
        return here >= column(self.text, first)

    def _close_forgotten(self, depth: int, end: int) -> int:
        while len(self.stack) > depth:
            self._report_unclosed("is not closed before the next field of the enclosing message")
            self.close(end)
        return end

    def _report_unclosed(self, what: str) -> None:
        opened, name = self.frame.opened, self.frame.name
        self.report(
            "unclosed-brace",
            f'"{self.text[opened]}" of "{name}" {what}',
            opened,
            opened + 1,
            hint=f'add "{self.frame.closer}" where "{name}" ends',
        )

    def _end_of_text(self) -> int:
        # One report is enough: the braces around the innermost message are open because of it.
        if self.stack:
            self._report_unclosed("is never closed")
        while self.stack:
            self.close(len(self.text))
        return -1
