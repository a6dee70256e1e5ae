"""The state of a reading: the messages that are open, and what was found wrong so far."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from protogen.text._values import Field, Fields, fields_of, has_required
from protogen.text.tree import Block, Entry, Span

__all__ = ["MAX_DEPTH", "UNKNOWN", "Frame", "Problem", "ReaderState"]

MAX_DEPTH = 100  # As protobuf's binary format; no schema of Caffe's nests ten messages.
MAX_PROBLEMS = 200
UNKNOWN: Fields = {}  # the fields of a message nothing is known of


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

    __slots__ = ("closer", "entries", "field", "fields", "listed", "name", "opened", "start",
                 "values")  # fmt: skip

    def __init__(
        self,
        field: Field | None,
        fields: Fields,
        values: dict[str, Any],
        name: str,
        start: int,
        opened: int,
        closer: str,
    ) -> None:
        self.field = field
        self.fields = fields
        self.values = values
        self.entries: list[Entry] = []
        self.name = name
        self.start = start
        self.opened = opened
        self.closer = closer
        # For one of a list of messages: where the list starts and the elements before this one.
        self.listed: tuple[int, list[Span]] | None = None


class ReaderState:
    """What the two ways of reading share: the text, the open messages and the problems."""

    def __init__(self, text: str, descriptor: Any) -> None:
        self.text = text
        self.values: dict[str, Any] = {}
        self.descriptor = descriptor
        self.frame = Frame(None, fields_of(descriptor), self.values, "", 0, 0, "")
        self.root = Block(self.frame.entries)
        self.stack: list[Frame] = []
        self.has_required = has_required(descriptor)  # is any field required of what was met?
        self.problems: list[Problem] = []
        self.unreported: Counter[str] = Counter()  # how many of each rule past the first 200
        self.hints: dict[tuple[str, str], str] = {}  # what a net has once it has many times

    def report(
        self, rule: str, message: str, start: int, end: int, hint: str = "", why: str = ""
    ) -> None:
        """Note a problem; past the first 200 they are only counted."""
        if len(self.problems) >= MAX_PROBLEMS:
            self.unreported[rule] += 1
            return
        path = (*self.stack[1:], self.frame) if self.stack else ()
        self.problems.append(Problem(rule, message, start, end, hint, why, path))

    def open(self, field: Field | None, name: str, start: int, opened: int) -> Frame:
        """Begin the message of a field. Its values go where the field's belong.

        A second value of a field that takes one is read, and left out of the message.
        """
        parent = self.frame
        values: dict[str, Any] = {}
        fields = UNKNOWN
        if field is not None:
            fields = field.inner or field.load_inner()
            self.has_required |= field.has_required
            siblings = parent.values.get(name)
            if siblings is None:
                parent.values[name] = [values] if field.repeated else values
            elif field.repeated:
                siblings.append(values)
        self.stack.append(parent)
        closer = "}" if self.text[opened] == "{" else ">"
        frame = self.frame = Frame(field, fields, values, name, start, opened, closer)
        return frame

    def close(self, end: int) -> Frame:
        """End the innermost message; return the one around it, which is innermost now."""
        frame, parent = self.frame, self.stack.pop()
        block = Block(frame.entries)
        if frame.listed is None:
            parent.entries.append((frame.name, frame.start, end, block))
        else:
            frame.listed[1].append(Span(frame.start, end, block))
        self.frame = parent
        return parent
