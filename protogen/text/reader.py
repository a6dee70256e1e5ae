"""One pass over a text: it fills the values of a message and notes where each field is written."""

from __future__ import annotations

from typing import Any

from protogen.text._fields import FieldReader
from protogen.text._reader_state import MAX_DEPTH
from protogen.text._scanner import ITEM, skip_gap
from protogen.text._values import Field
from protogen.text.tree import Block, Child, Entry

__all__ = ["Reader"]


class Reader(FieldReader):
    """Reads one text. Afterwards ``values``, ``root`` and ``problems`` hold what was found.

    A field that is written as nearly all are is one match of one regular expression. Where that
    does not fit, `FieldReader` reads one field in full generality.
    """

    def __init__(self, text: str, descriptor: Any) -> None:
        super().__init__(text, descriptor)
        self._leaves: dict[tuple[Field, str], tuple[dict[str, Any], list[Entry]] | None] = {}

    def run(self, position: int = 0) -> Reader:
        """Read the text from ``position`` to its end."""
        position = skip_gap(self.text, position)
        while position >= 0:
            reached = self._common_fields(position)
            position = self.any_field(position) if reached == position else reached
        return self

    def _common_fields(self, position: int) -> int:  # noqa: C901 (the hot loop makes no calls)
        """Read fields until one needs a closer look; return where that one starts.

        Nearly all of the time goes here, so the loop keeps the innermost message in local variables
        and makes no call that it can do without.
        """
        stack = self.stack
        frame = self.frame
        fields, values, entries = frame.fields, frame.values, frame.entries
        match = None
        # A scanner goes on where the last match ended, without a slice or a search.
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
            name = field.name  # the one string that all fields of this name share, to save memory
            present = values.get(name)
            if present is not None and not field.repeated:
                break
            child: Child = None
            if string is not None:
                if not field.is_string:
                    break
                value = string
                end = match.end(2) + 1
            elif word is not None:
                # A net says `stride: 1` many times over: most words were met before.
                value = field.words.get(word)
                if value is None:
                    value = field.read_word(word)
                if value is None:
                    break
                end = match.end(3)
            elif field.message is None or len(stack) >= MAX_DEPTH:
                break
            elif leaf and (known := self._leaf(field, leaf)):
                value, places = known
                end = match.end(4)
                child = Block(places, match.start(4) + 1)
            else:
                opened = match.start(4 if leaf else 5)
                frame = self.open(field, name, match.start(), opened)
                if leaf:  # the match goes on past its end
                    return skip_gap(self.text, opened + 1)
                fields, values, entries = frame.fields, frame.values, frame.entries
                continue
            entries.append((name, match.start(), end, child))
            if present is not None:
                present.append(value)
            else:
                values[name] = [value] if field.repeated else value
        else:
            return int(match.end()) if match else position
        return int(match.start())

    def _leaf(self, field: Field, text: str) -> tuple[dict[str, Any], list[Entry]] | None:
        """The values of a leaf message, and where they are written in it; None if it has problems.

        The layers of a deep net differ in their names, and in little else, so each text is read
        once. That takes 15 % off the reading of ResNet-152, and costs small nets nothing.
        """
        key = field, text
        if key not in self._leaves:
            inside = Reader(text[1:-1], field.message).run()
            self.has_required |= inside.has_required
            found = inside.values, inside.root.entries
            self._leaves[key] = None if inside.problems else found
        return self._leaves[key]
