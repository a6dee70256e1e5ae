"""One pass over a text: it fills the values of a message and notes where each field stands."""

from __future__ import annotations

from typing import Any

from protogen.text._careful import CarefulReader
from protogen.text._frames import MAX_DEPTH
from protogen.text._scanner import ITEM, WHOLE_DEPTH, skip_gap
from protogen.text._values import Field
from protogen.text._wordings import Wording, with_marks
from protogen.text.tree import Block, Child

__all__ = ["Reader"]


class Reader(CarefulReader):
    """Reads one text. Afterwards ``values``, ``root`` and ``problems`` hold what was found.

    Fields that are written as nearly all are take the common way, one match of a regular
    expression each. Where that does not fit, one field is read in full generality.
    """

    def __init__(self, text: str, descriptor: Any) -> None:
        super().__init__(text, descriptor)
        self._met: set[tuple[Field, str]] = set()
        self._wordings: dict[tuple[Field, str], Wording | None] = {}

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
        stack = self.stack
        frame = self.frame
        fields, values, entries = frame.fields, frame.values, frame.entries
        match = None
        for match in iter(ITEM.scanner(self.text, position).match, None):  # type: ignore[attr-defined]
            name, string, word, whole, _ = match.groups()
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
            elif field.message is None or len(stack) >= MAX_DEPTH - WHOLE_DEPTH:
                break
            elif whole and (known := self._recurring(field, whole, match.start(4))):
                value, child = known
                end = match.end(4)
            else:
                opened = match.start(4 if whole else 5)
                frame = self.open(field, name, match.start(), opened)
                if whole:  # the match reaches past its end
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

    def _recurring(
        self, field: Field, whole: str, start: int
    ) -> tuple[dict[str, Any], Block] | None:
        """The values and block of a message that was met before in these words.

        None on the first meeting, and where anything is wrong with it: then it is read in place.
        """
        pieces = whole.split('"')
        key = field, '"'.join(pieces[::2])
        wording = self._wordings.get(key) or self._learn(key, pieces)
        return wording.filled(start + 1, pieces[1::2]) if wording else None

    def _learn(self, key: tuple[Field, str], pieces: list[str]) -> Wording | None:
        """Read a message that is met for the second time with marks for its strings."""
        if key in self._wordings:
            return None
        if key not in self._met:
            self._met.add(key)
            return None
        inside = Reader(with_marks(pieces)[1:-1], key[0].message).run()
        self._wordings[key] = wording = Wording.of(inside)
        return wording
