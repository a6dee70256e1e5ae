"""The state of a reader: the messages that are open, and the problems found so far."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from protogen.edits import Fix
from protogen.proto.fields import has_required
from protogen.proto.schemas import schema_of
from protogen.text._values import Field, Fields, fields_of
from protogen.text.tree import Block, Entry, Span

__all__ = ["MAX_DEPTH", "UNKNOWN", "Frame", "Problem", "ReaderState"]

MAX_DEPTH = 100  # as in protobuf's binary format; Caffe's schema nests fewer than ten messages
MAX_PROBLEMS = 200
UNKNOWN: Fields = {}  # the fields of an unknown message


class Problem(NamedTuple):
    """A problem between two offsets; ``rule`` is the kebab-case name of its diagnostic."""

    rule: str
    message: str
    start: int
    end: int
    hint: str
    why: str
    path: tuple[Frame, ...]  # the open messages, outermost first
    fix: Fix | None = None


class Frame:
    """An open message: the fields it may have, the values read so far, and where it starts."""

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
        # For a message in a list: where the list starts, and the elements before this one.
        self.listed: tuple[int, list[Span]] | None = None


class ReaderState:
    """What all parts of the reader share: the text, the open messages and the problems."""

    def __init__(self, text: str, descriptor: Any) -> None:
        self.text = text
        self.values: dict[str, Any] = {}
        self.descriptor = descriptor
        schema = schema_of(descriptor)
        #: What a sentence adds to the name of a message, if it is that of a user's schema.
        self.of_schema = "" if schema is None else f" in {schema.path}"
        self.frame = Frame(None, fields_of(descriptor), self.values, "", 0, 0, "")
        self.root = Block(self.frame.entries)
        self.stack: list[Frame] = []
        # Whether any message read so far has a required field.
        self.has_required = has_required(descriptor)
        self.problems: list[Problem] = []
        # How many problems of each rule there are beyond the first MAX_PROBLEMS.
        self.unreported: Counter[str] = Counter()
        # The hint for an unknown field, by message and name: a net repeats its mistakes.
        self.hints: dict[tuple[str, str], str] = {}

    def report(
        self,
        rule: str,
        message: str,
        start: int,
        end: int,
        hint: str = "",
        why: str = "",
        fix: Fix | None = None,
    ) -> None:
        """Add a problem; beyond the first MAX_PROBLEMS they are only counted."""
        if len(self.problems) >= MAX_PROBLEMS:
            self.unreported[rule] += 1
            return
        path = (*self.stack[1:], self.frame) if self.stack else ()
        self.problems.append(Problem(rule, message, start, end, hint, why, path, fix))

    def open(self, field: Field | None, name: str, start: int, opened: int) -> Frame:
        """Open the message of a field, and add its values to those of the message around it.

        If the field takes one value and has one, the values are left out of the message.
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
        closer = ">"
        if self.text[opened] == "{":
            closer = "}"
        frame = self.frame = Frame(field, fields, values, name, start, opened, closer)
        return frame

    def close(self, end: int) -> Frame:
        """Close the innermost message; return the one around it, which is now the innermost."""
        frame, parent = self.frame, self.stack.pop()
        block = Block(frame.entries)
        if frame.listed is None:
            parent.entries.append((frame.name, frame.start, end, block))
        else:
            frame.listed[1].append(Span(frame.start, end, block))
        self.frame = parent
        return parent
