"""One pass over a text: it fills the values of a message and notes where each field stands."""

from __future__ import annotations

from typing import Any

from protogen.text._careful import CarefulReader
from protogen.text._frames import MAX_DEPTH
from protogen.text._scanner import ITEM, skip_gap
from protogen.text._values import Field
from protogen.text.tree import Block, Child

__all__ = ["Reader"]


class Reader(CarefulReader):
    """Reads one text. Afterwards ``values``, ``root`` and ``problems`` hold what was found.

    Fields that are written as nearly all are take the common way, one match of a regular
    expression each. Where that does not fit, one field is read in full generality.
    """

    def __init__(self, text: str, descriptor: Any) -> None:
        super().__init__(text, descriptor)
        self._leaves: dict[tuple[Field, str], tuple[dict[str, Any], Block] | None] = {}

    def run(self, position: int = 0) -> Reader:
        """Read the text from ``position`` to its end."""
        position = skip_gap(self.text, position)
        while position >= 0:
            reached = self._common_fields(position)
            position = self.any_field(position) if reached == position else reached
        return self

    def _common_fields(self, position: int) -> int:
        """Read fields until one needs a closer look; return where that one starts.

        This loop is where the time goes, and so makes no calls that it can do without.
        """
        leaves, stack = self._leaves, self.stack
        frame = self.frame
        fields, values, entries = frame.fields, frame.values, frame.entries
        match = None
        for match in iter(ITEM.scanner(self.text, position).match, None):  # type: ignore[attr-defined]
            name, string, word, leaf, _ = match.groups()
            if name is None:
                if frame.closer != "}" or frame.listed is not None:
                    break
                frame = self.close(match.start() + 1)
                fields, values, entries = frame.fields, frame.values, frame.entries
                continue
            field = fields.get(name)
            if field is None:
                break
            name = field.name  # one object for all fields of this name
            before = values.get(name)
            if before is not None and not field.repeated:
                break
            child: Child = None
            if string is not None:
                if not field.is_string:
                    break
                value = string
                end = match.end(2) + 1
            elif word is not None:
                value = field.words.get(word)
                if value is None and (value := field.read_word(word)) is None:
                    break
                end = match.end(3)
            elif field.message is None or len(stack) >= MAX_DEPTH:
                break
            elif leaf and (known := leaves.get((field, leaf)) or self._leaf(field, leaf)):
                value, child = known
                end = match.end(4)
            else:
                opened = match.start(4 if leaf else 5)
                frame = self.open(field, name, match.start(), opened)
                if leaf:  # the match reaches past the whole message
                    return skip_gap(self.text, opened + 1)
                fields, values, entries = frame.fields, frame.values, frame.entries
                continue
            entries.append((name, match.start(), end, child))
            if before is not None:
                before.append(value)
            else:
                values[name] = [value] if field.repeated else value
        else:
            return int(match.end()) if match else position
        return int(match.start())

    def _leaf(self, field: Field, leaf: str) -> tuple[dict[str, Any], Block] | None:
        """The values and block of a message that was met before in these very words.

        None on the first meeting, and where anything is wrong with it: then it is read in place.
        """
        key = (field, leaf)
        if key not in self._leaves:
            self._leaves[key] = None
            return None
        inside = Reader(leaf[1:-1], field.message).run()
        if inside.problems:
            return None
        inside.root.length = len(leaf) - 1
        known = self._leaves[key] = (inside.values, inside.root)
        return known
