"""One reading of a text: what it says, where each field is written, and what is wrong with it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from protogen.diagnostics import Diagnostic, Location
from protogen.proto.schemas import fitted
from protogen.text._foreign_formats import foreign_format
from protogen.text._look_alikes import LookAlike, find_look_alikes, plain_text
from protogen.text._mixed_formats import restore_types
from protogen.text._reader_state import Problem
from protogen.text._text_findings import findings, legacy_mixed, refusal
from protogen.text.comments import Comment, find_comments
from protogen.text.lines import Lines
from protogen.text.reader import Reader
from protogen.text.tree import Block, Path, find

__all__ = ["ParseResult", "decode", "parse"]


#: Problems for which no field that the schema knows is left out of the message.
_NOTHING_UNREAD = frozenset({"unknown-field", "not-utf8", "byte-order-mark", "empty-file"})


@dataclass(frozen=True, eq=False)
class ParseResult:
    """The result of reading a text once. It does not change; `Document` replaces it as a whole."""

    text: str
    message_class: Any
    filename: str
    #: What the file is if it is not text, else empty.
    foreign_format: str
    #: The values of the message, as protobuf's constructor takes them.
    values: dict[str, Any]
    root: Block
    problems: list[Problem]
    #: How many more problems of each rule there are than those in ``problems``.
    unreported: Counter[str]
    #: Whether any message in the text has a required field.
    has_required: bool
    #: The text that was read: with the intended characters in the places of ``look_alikes``.
    plain: str
    #: The characters outside strings and comments that Caffe rejects.
    look_alikes: list[LookAlike]

    def message(self) -> Any:
        """A new message with what was understood, also if there are problems."""
        return self.message_class(**self._fitted[0])

    @cached_property
    def _fitted(self) -> tuple[dict[str, Any], list[Path]]:
        return fitted(self.values, self.message_class.DESCRIPTOR)

    def _unfit(self) -> list[int]:
        """The offsets of values of a user's schema that the message cannot hold."""
        spans = [find(self.root, path)[0] for path in self._fitted[1]]
        found: list[int] = []
        for span in spans:
            if span is not None:
                found.append(span.start)
        return found

    @property
    def is_complete(self) -> bool:
        """Whether everything was read that the schema knows, even if Caffe rejects the file."""
        rules = {diagnostic.name for diagnostic in self.diagnostics}
        # The rules of what it counts are in `unreported`.
        rules.discard("too-many-errors")
        rules.update(self.unreported)
        return rules <= _NOTHING_UNREAD

    @cached_property
    def lines(self) -> Lines:
        """The lines of the text."""
        return Lines(self.text, self.filename)

    @cached_property
    def _findings(self) -> tuple[list[Diagnostic], list[int]]:
        if self.foreign_format:
            return [refusal(self.foreign_format, self.filename)], []
        return findings(self)

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What is wrong with the text, in the order of its lines."""
        return self._findings[0]

    @cached_property
    def legacy_mixed(self) -> Diagnostic | None:
        """The finding for a net with both ``layer`` and ``layers``, or ``None``.

        Each may be well formed, so it is among the diagnostics only if it is the cause of others.
        """
        return legacy_mixed(self)

    @property
    def damage(self) -> list[int]:
        """The offsets without a diagnostic where the text was not read completely."""
        return self._findings[1] + self._unfit()

    def locate(self, path: Path) -> Location | None:
        """The place of a field, from its name through its value.

        If the field is not written, the place of the nearest message around it that is; None if
        there is none.
        """
        span, _ = find(self.root, path)
        if span:
            return self.lines.location(span.start, span.end)
        return None

    @cached_property
    def comments(self) -> list[Comment]:
        """The comments, each with the path of the field it belongs to."""
        return find_comments(self)


def parse(text: str, message_class: Any, filename: str = "<text>") -> ParseResult:
    """Read a text once."""
    foreign = foreign_format(text)
    reader = Reader("" if foreign else text, message_class.DESCRIPTOR)
    # Caffe rejects a byte order mark. It is reported, and the rest of the file is read.
    reader.run(reader.text.startswith("\ufeff"))
    look_alikes: list[LookAlike] = []
    if reader.problems:  # such a character is always a problem
        look_alikes = find_look_alikes(text)
    if look_alikes:
        reader = Reader(plain_text(text, look_alikes), message_class.DESCRIPTOR)
        reader.run(reader.text.startswith("\ufeff"))
    restore_types(reader.text, reader.problems)
    return ParseResult(
        text,
        message_class,
        filename,
        foreign,
        reader.values,
        reader.root,
        reader.problems,
        reader.unreported,
        reader.has_required,
        reader.text,
        look_alikes,
    )


#: Lone surrogates that stand for no byte of a file.
_NO_BYTES = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def decode(text: str | bytes | bytearray | memoryview) -> str:
    """A text as it is; bytes as UTF-8, with those that are not as lone surrogates.

    Raises `TypeError` for anything else.
    """
    if isinstance(text, str):
        # Such a text cannot be written as UTF-8. Few texts are searched: isascii takes no time.
        if text.isascii():
            return text
        return _NO_BYTES.sub("\ufffd", text)
    if isinstance(text, (bytes, bytearray, memoryview)):
        return bytes(text).decode("utf-8", "surrogateescape")
    raise TypeError(f"expected the text of a net as str or bytes, got {type(text).__name__}")
