"""A text and all that was read from it: the message, the diagnostics, the places, the comments."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

from protogen import proto
from protogen.diagnostics import Diagnostic, Location, ProtogenError
from protogen.text._edits import assigned, deleted, inserted, updated
from protogen.text._findings import findings, refusal
from protogen.text._sniff import not_text
from protogen.text.comments import Comment, find_comments
from protogen.text.lines import Lines
from protogen.text.reader import Reader
from protogen.text.tree import Block, Path, Span, find

__all__ = ["Document", "read", "read_file"]


class Document:
    """A file in protobuf text format, with the message it fills.

    ``text`` is the very text read (bytes that are not UTF-8 stand in it as lone surrogates).
    ``message`` holds what could be understood, also where ``diagnostics`` has errors. A *path*
    names a field as the message does: ``("layer", 3, "convolution_param", "kernel_size", 0)``.
    """

    def __init__(self, text: str, message_class: Any, filename: str = "<text>") -> None:
        self.message_class = message_class
        self.filename = filename
        self.message = self._read(text)

    def _read(self, text: str) -> Any:
        self.text = text
        self._refused = not_text(text)
        reader = Reader("" if self._refused else text, self.message_class.DESCRIPTOR)
        # Caffe refuses a byte order mark; here it is passed over, and told.
        self._reader = reader.run(reader.text.startswith("\ufeff"))
        for name in ("lines", "diagnostics", "comments"):
            self.__dict__.pop(name, None)
        return self.message_class(**self._reader.values)

    @property
    def data(self) -> bytes:
        """The very bytes read."""
        return self.text.encode("utf-8", "surrogateescape")

    @property
    def tree(self) -> Block:
        """Where the fields stand, in offsets."""
        return self._reader.root

    @cached_property
    def lines(self) -> Lines:
        """The lines of the text."""
        return Lines(self.text, self.filename)

    @cached_property
    def diagnostics(self) -> list[Diagnostic]:
        """What is wrong with the text, in the order of its lines."""
        if self._refused:
            return [refusal(self._refused, self.filename)]
        return findings(self._reader, self.message, lambda: self.lines)

    @cached_property
    def comments(self) -> list[Comment]:
        """The comments, each with the path of the field it belongs to."""
        return find_comments(self)

    def span(self, path: Path) -> Span | None:
        """The offsets of a field, from its name through its value; None where it is not written."""
        span, used = find(self.tree, tuple(path))
        return span if used == len(path) else None

    def locate(self, path: Path) -> Location | None:
        """The place of a field, from its name through its value.

        Where the field is not written, the place of the nearest message around it; None where
        not even that is.
        """
        span, _ = find(self.tree, tuple(path))
        return self.lines.location(span.start, span.end) if span else None

    def set(self, path: Path, value: Any) -> None:
        """Give a field a value: written over the old one, or added where there is none.

        ``value`` is what the message's field would take (a message may also be a dict), or the
        name of an enum value. Nothing else in the text changes.
        """
        self.update({tuple(path): value})

    def update(self, values: dict[Path, Any]) -> None:
        """Set several fields at once.

        The text is read anew once for all fields that are written, and once for each that is not.
        """
        written = {path: value for path, value in values.items() if self.span(path)}
        if written:
            self._edit(updated(self, written))
        for path in [path for path in values if path not in written]:
            self._edit(assigned(self, tuple(path), values[path]))

    def insert(self, path: Path, value: Any) -> None:
        """Put a new element of a repeated field before the one that has this path now.

        An index equal to their number appends.
        """
        self._edit(inserted(self, tuple(path), value))

    def delete(self, path: Path) -> None:
        """Remove a field and the comment behind it; its line too, if nothing else stands there."""
        self._edit(deleted(self, tuple(path)))

    def _edit(self, text: str) -> None:
        if self._refused:
            raise ProtogenError(self.diagnostics)
        self.message.CopyFrom(self._read(text))  # the same object: others may hold it


def read(text: str | bytes, message_class: Any = None, filename: str = "<text>") -> Document:
    """Read a net (or another message of Caffe's) from protobuf text format.

    It does not raise for bad text: ``Document.diagnostics`` says what is wrong with it, and
    ``Document.message`` holds the rest. A file that is no text at all gives one diagnostic.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    return Document(text, message_class or proto.NetParameter, filename)


def read_file(path: str | FilePath, message_class: Any = None) -> Document:
    """Read the file at ``path``."""
    return read(FilePath(path).read_bytes(), message_class, str(path))
