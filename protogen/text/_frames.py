"""The state of a reading: the messages that are open, and what was found wrong so far."""

from __future__ import annotations

from typing import Any, NamedTuple

from protogen.text._scanner import OPENERS
from protogen.text._values import Field, Fields, fields_of
from protogen.text.tree import Block, Entry, Span

__all__ = ["Frame", "Problem", "State"]

MAX_DEPTH = 100  # As protobuf's binary format; no schema of Caffe's nests ten messages.
MAX_PROBLEMS = 200


class Problem(NamedTuple):
    """What is wrong between two offsets; ``rule`` is the kebab-case name of its diagnostic."""

    rule: str
    message: str
    start: int
    end: int
    hint: str
    why: str
    path: tuple[Frame, ...]  # the open messages, outermost first


class Frame:
    """A message being read: what it may hold, what it holds so far, and where it began."""

    __slots__ = (
        "closer",
        "entries",
        "field",
        "fields",
        "items",
        "list_start",
        "name",
        "opened",
        "start",
        "type",
        "values",
    )

    def __init__(self, descriptor: Any, values: dict[str, Any]) -> None:
        self.type = descriptor  # None: nothing is known of this message
        self.fields: Fields = {} if descriptor is None else fields_of(descriptor)
        self.values = values
        self.entries: list[Entry] = []
        self.field: Field | None = None
        self.name = ""
        self.start = self.opened = 0
        self.closer = ""
        # The elements so far and the start of the list, where this message is one of a list.
        self.items: list[Span] | None = None
        self.list_start = 0


class State:
    """What the two ways of reading share: the text, the open messages and the problems."""

    def __init__(self, text: str, descriptor: Any) -> None:
        self.text = text
        self.values: dict[str, Any] = {}
        self.frame = Frame(descriptor, self.values)
        self.root = Block(self.frame.entries)
        self.stack: list[Frame] = []
        self.problems: list[Problem] = []
        self.unreported = 0

    def report(
        self, rule: str, message: str, start: int, end: int, hint: str = "", why: str = ""
    ) -> None:
        """Note a problem; past the first 200 they are only counted."""
        if len(self.problems) >= MAX_PROBLEMS:
            self.unreported += 1
            return
        path = (*self.stack[1:], self.frame) if self.stack else ()
        self.problems.append(Problem(rule, message, start, end, hint, why, path))

    def open(self, field: Field | None, name: str, start: int, opened: int) -> Frame:
        """Begin the message of a field. Its values go where the field's belong.

        A second value of a field that takes one is read, and left out of the message.
        """
        parent = self.frame
        values: dict[str, Any] = {}
        frame = Frame(None if field is None else field.message, values)
        if field is not None and field.repeated:
            parent.values.setdefault(name, []).append(values)
        elif field is not None:
            parent.values.setdefault(name, values)
        frame.field, frame.name, frame.start, frame.opened = field, name, start, opened
        frame.closer = OPENERS[self.text[opened]]
        self.stack.append(parent)
        self.frame = frame
        return frame

    def close(self, end: int) -> Frame:
        """End the innermost message; return the one around it, which is innermost now."""
        frame, parent = self.frame, self.stack.pop()
        block = Block(frame.entries)
        if frame.items is None:
            parent.entries.append((frame.name, frame.start, end, block))
        else:
            frame.items.append(Span(frame.start, end, block))
        self.frame = parent
        return parent

    @property
    def too_deep(self) -> bool:
        """Whether no further message may be opened here."""
        return len(self.stack) >= MAX_DEPTH
