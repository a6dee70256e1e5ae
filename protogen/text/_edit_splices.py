"""Where a list of edits changes a text: each field keeps its layout, the others are not touched."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from itertools import chain
from typing import Any, NamedTuple

from google.protobuf import text_format

from protogen.edits import Edit
from protogen.field_changes import FieldChanges, field_changes
from protogen.proto.fields import is_repeated
from protogen.text._scanner import NAME, past_mark
from protogen.text.splices import (
    Splice,
    before_blanks,
    line_end,
    margin_of,
    past_blanks,
    removals,
    with_suppressions,
)
from protogen.text.tree import Block

__all__ = ["edit_splices"]

_Lines = list[str]

_FIELD_HEAD = re.compile(rf"{NAME.pattern}:? ?")
_SEPARATORS = re.compile(r"[ \t\f\v,;]*")


class _Occurrence(NamedTuple):
    """One element of a field as it is written: by itself, or in a list (``pad: [1, 2]``)."""

    start: int
    end: int
    block: Block | None
    entry: int  # which of the block's entries it is, or is a part of
    listed: bool


def edit_splices(text: str, root: Block, descriptor: Any, edits: Iterable[Edit]) -> list[Splice]:
    """The splices that make a list of edits to a text, all of them of the text as it is.

    ``root`` is where its fields are written, and ``descriptor`` the type of its message. Raises
    `EditError` for an edit that cannot be made.
    """
    writer = _EditWriter(text)
    writer.change_message(None, root, descriptor, edits, 0)
    return [*writer.splices, *removals(text, writer.removed, with_comments=True)]


class _EditWriter:
    """Collects the splices of a text, message by message."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.splices: list[Splice] = []
        self.removed: list[tuple[int, int]] = []

    def change_message(
        self,
        place: _Occurrence | None,
        block: Block,
        descriptor: Any,
        edits: Iterable[Edit],
        depth: int,
    ) -> None:
        """Make the edits whose paths continue at ``depth`` with the fields of a message.

        ``place`` is where the message is written; None is the whole file.
        """
        occurrences = _occurrences(block)

        def count(name: str) -> int:
            return len(occurrences.get(name, ()))

        removed: set[int] = set()  # the entries of the block that go as a whole
        new_fields: list[_Lines] = []
        for changes in field_changes(descriptor, count, edits, depth):
            written = occurrences.get(changes.field.name)
            if written:
                removed |= self._change_field(written, changes)
            else:
                new_fields += _printed_in_order(changes.inserted)
        if new_fields:
            self._add_fields(place, block, removed, new_fields)
        for index in removed:
            _, start, end, _ = block.entries[index]
            self.removed.append((with_suppressions(self._text, start), end))

    def _change_field(self, written: list[_Occurrence], changes: FieldChanges) -> set[int]:
        """Change a field that is written somewhere; the entries that go as a whole."""
        plan = _planned(changes, len(written))
        for index, lines in plan.replaced.items():
            self._set(written[index], lines)
        for index, edits in changes.inner.items():
            place = written[index]
            assert place.block is not None
            descriptor = changes.field.message_type
            self.change_message(place, place.block, descriptor, edits, changes.inner_depth)
        kept = [index for index in range(len(written)) if index not in plan.deleted]
        self._insert(written, kept, plan.inserted)
        return self._delete(written, plan.deleted)

    def _set(self, place: _Occurrence, lines: _Lines) -> None:
        """Replace a value; the field's name stays unless a message is printed in lines."""
        start = place.start
        if not place.listed and len(lines) > 1:
            new = self._laid_out(lines, start)
        else:
            new = _value(lines)
            # In a list, only the first element has the name of the field before it.
            if not place.listed:
                start = self._value_start(start)
        self.splices.append(Splice(start, place.end, new))

    def _value_start(self, start: int) -> int:
        """Where the value of a field starts, after its name."""
        name = NAME.match(self._text, start)
        return past_mark(self._text, name.end() if name else start, ":")

    def _insert(
        self, written: list[_Occurrence], kept: list[int], inserted: dict[int, list[_Lines]]
    ) -> None:
        """Insert values beside those that are kept: after the one before, or before the first."""
        after: dict[int, list[_Lines]] = {}
        before: list[_Lines] = []
        for index in sorted(inserted):
            position = bisect_left(kept, index)
            if position == 0:
                before += inserted[index]
            else:
                after.setdefault(kept[position - 1], []).extend(inserted[index])
        if before:
            self._insert_before(written[kept[0]], before)
        for index, fields in after.items():
            self._insert_after(written[index], fields)

    def _insert_before(self, place: _Occurrence, fields: list[_Lines]) -> None:
        if place.listed:
            new = "".join(f"{_value(lines)}, " for lines in fields)
            self.splices.append(Splice(place.start, place.start, new))
        else:
            self._write_above(place.start, fields)

    def _insert_after(self, place: _Occurrence, fields: list[_Lines]) -> None:
        if place.listed:
            new = "".join(f", {_value(lines)}" for lines in fields)
            self.splices.append(Splice(place.end, place.end, new))
        else:
            self._write_below(place.start, place.end, fields)

    def _delete(self, written: list[_Occurrence], deleted: set[int]) -> set[int]:
        """Shorten the lists that keep an element; the entries that go as a whole."""
        removed: set[int] = set()
        # The elements of each list that loses one, and whether they are kept.
        lists: dict[int, list[tuple[bool, _Occurrence]]] = {}
        for index in deleted:
            place = written[index]
            if place.listed:
                lists[place.entry] = []
            else:
                removed.add(place.entry)
        if not lists:
            return removed
        for index, place in enumerate(written):
            elements = lists.get(place.entry)
            if elements is not None:
                is_kept = index not in deleted
                elements.append((is_kept, place))
        for entry, elements in lists.items():
            if any(is_kept for is_kept, _ in elements):
                self._shorten(elements)
            else:  # without an element, the brackets say nothing
                removed.add(entry)
        return removed

    def _shorten(self, elements: list[tuple[bool, _Occurrence]]) -> None:
        """Remove elements of a list, each with the comma after it, or the last with that before."""
        end_of_kept = -1  # the end of the last element that is kept
        start_of_removed = -1  # the start of the first one that is removed since then
        for is_kept, place in elements:
            if not is_kept:
                if start_of_removed < 0:
                    start_of_removed = place.start
                continue
            if start_of_removed >= 0:
                self.splices.append(Splice(start_of_removed, place.start, ""))
                start_of_removed = -1
            end_of_kept = place.end
        if start_of_removed >= 0:
            self.splices.append(Splice(end_of_kept, elements[-1][1].end, ""))

    # -- fields that are not written yet

    def _add_fields(
        self, place: _Occurrence | None, block: Block, removed: set[int], fields: list[_Lines]
    ) -> None:
        """Write new fields below the last one of a message."""
        last = len(block.entries) - 1
        while last in removed:
            last -= 1
        if last >= 0:
            _, start, end, _ = block.entries[last]
            self._write_below(start, end, fields)
        elif block.entries:
            # All fields of the message go: the new ones take the place of the last.
            last = len(block.entries) - 1
            removed.discard(last)
            _, start, end, _ = block.entries[last]
            self.splices.append(Splice(start, end, self._laid_out(_joined(fields), start)))
        elif place is None:
            text = self._text
            before = ""
            if text and not text.endswith("\n"):
                before = "\n"
            new = before + "\n".join(_joined(fields)) + "\n"
            self.splices.append(Splice(len(text), len(text), new))
        else:
            self._fill(place, fields)

    def _fill(self, place: _Occurrence, fields: list[_Lines]) -> None:
        """Write fields into a message that has none."""
        text = self._text
        closing = place.end - 1
        # A brace that is never closed.
        if text[closing] not in ("}", ">"):
            closing = place.end
        margin = margin_of(text, place.start)
        start = before_blanks(text, closing)
        is_empty = text.startswith(("{", "<"), start - 1)
        # { } in the middle of a line stays on it.
        if margin is None and is_empty:
            inside = _one_line(fields)
            self.splices.append(Splice(start, closing, f" {inside} "))
            return
        while start and text[start - 1] in " \t\f\v\r\n":
            start -= 1
        margin = margin or ""
        new = f"\n{margin}  ".join(["", *_joined(fields)])
        self.splices.append(Splice(start, closing, f"{new}\n{margin}"))

    def _write_below(self, start: int, end: int, fields: list[_Lines]) -> None:
        """Write fields after another one, on lines of their own if that one has its line alone."""
        text, margin = self._text, margin_of(self._text, start)
        after = _past_separators(text, end)
        line_ends = after == len(text) or text[after] in "#\r\n"
        if margin is None or not line_ends:
            new = f" {_one_line(fields)}"
            # Text format needs no blank after a brace or a quote: bottom:"a"top:"b".
            if NAME.match(text, end):
                new += " "
            self.splices.append(Splice(end, end, new))
            return
        at = line_end(text, after)
        new = f"\n{margin}".join(["", *_joined(fields)])
        self.splices.append(Splice(at, at, new))

    def _write_above(self, start: int, fields: list[_Lines]) -> None:
        """Write fields before another one, above the comments right above that."""
        text, margin = self._text, margin_of(self._text, start)
        if margin is None:
            self.splices.append(Splice(start, start, f"{_one_line(fields)} "))
            return
        at = start - len(margin)
        while at:
            line_above = text.rfind("\n", 0, at - 1) + 1
            if not text.startswith("#", past_blanks(text, line_above)):
                break
            at = line_above
        new = "".join(f"{margin}{line}\n" for line in _joined(fields))
        self.splices.append(Splice(at, at, new))

    def _laid_out(self, lines: _Lines, start: int) -> str:
        """Lines to stand at an offset: on one line if something else is before it."""
        margin = margin_of(self._text, start)
        if margin is None:
            return _one_line([lines])
        return f"\n{margin}".join(lines)


class _Plan(NamedTuple):
    """What happens to the values of one field, by their indices; new values are printed."""

    replaced: dict[int, _Lines]
    inserted: dict[int, list[_Lines]]
    deleted: set[int]


def _planned(changes: FieldChanges, number: int) -> _Plan:
    """The changes to a field that is written with a number of values."""
    replaced = {index: _printed(holder) for index, holder in changes.replaced.items()}
    deleted = set(changes.deleted)
    is_changed = bool(replaced or deleted)
    if is_changed and not is_repeated(changes.field):
        # A field that takes one value and is given twice is an error: only the first counts.
        deleted.update(range(1, number))
    inserted = {}
    is_left = len(deleted) < number
    if is_left or not changes.inserted:
        for index, new in changes.inserted.items():
            inserted[index] = list(map(_printed, new))
        return _Plan(replaced, inserted, deleted)
    # There is nothing left to insert beside, so new values take the places of removed ones.
    added = _printed_in_order(changes.inserted)
    places = range(min(len(added), number))
    replaced.update(zip(places, added))
    deleted.difference_update(places)
    surplus = added[len(places) :]
    if surplus:
        inserted[number] = surplus
    return _Plan(replaced, inserted, deleted)


def _occurrences(block: Block) -> dict[str, list[_Occurrence]]:
    found: dict[str, list[_Occurrence]] = {}
    for index, (name, start, end, child) in enumerate(block.entries):
        places = found.setdefault(name, [])
        if isinstance(child, list):
            places += [_Occurrence(*span, index, True) for span in child]
        else:
            places.append(_Occurrence(start, end, child, index, False))
    return found


def _printed(holder: Any) -> _Lines:
    """The only field of a message as protobuf prints it."""
    return text_format.MessageToString(holder, as_utf8=True).removesuffix("\n").split("\n")


def _printed_in_order(inserted: dict[int, list[Any]]) -> list[_Lines]:
    found: list[_Lines] = []
    for index in sorted(inserted):
        found += map(_printed, inserted[index])
    return found


def _value(lines: _Lines) -> str:
    """A printed field without its name, on one line."""
    return _FIELD_HEAD.sub("", _one_line([lines]), count=1)


def _joined(fields: list[_Lines]) -> _Lines:
    return list(chain.from_iterable(fields))


def _one_line(fields: list[_Lines]) -> str:
    return " ".join(line.strip() for line in _joined(fields))


def _past_separators(text: str, position: int) -> int:
    match = _SEPARATORS.match(text, position)
    if match:
        return match.end()
    return position
