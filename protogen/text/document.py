"""A text that can be edited, with the message it fills, its diagnostics, places and comments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any

from protogen import proto, rules
from protogen.diagnostics import Diagnostic, Location, ProtogenError
from protogen.edits import Edit, EditError
from protogen.field_changes import check_overlaps
from protogen.proto.schemas import schema_of
from protogen.text._edit_splices import edit_splices
from protogen.text.comments import Comment
from protogen.text.lines import Lines
from protogen.text.parse import ParseResult, decode, parse
from protogen.text.splices import Splice, splice
from protogen.text.tree import Block, Path, Span, find

__all__ = ["Document", "read", "read_file"]


class Document:
    """A file in protobuf text format, and the message it fills.

    ``message`` holds what was understood, also if ``diagnostics`` has errors; it stays the same
    object when the text is edited. A *path* names a field as the message does:
    ``("layer", 3, "convolution_param", "kernel_size", 0)``.
    """

    def __init__(self, text: str, message_class: Any, filename: str = "<text>") -> None:
        self._result = parse(text, message_class, filename)
        self.message = self._result.message()

    @classmethod
    def from_result(cls, result: ParseResult) -> Document:
        """A document of what was read already."""
        document = cls.__new__(cls)
        document._result = result
        document.message = result.message()
        return document

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy the text; it is read again."""
        # The places of all fields would be several times as long as the text.
        descriptor = self.message_class.DESCRIPTOR
        return _document, (self.text, descriptor.name, self.filename, schema_of(descriptor))

    @property
    def parse_result(self) -> ParseResult:
        """What the last reading of the text gave; an edit replaces it."""
        return self._result

    @property
    def message_class(self) -> Any:
        """The type of the message."""
        return self._result.message_class

    @property
    def filename(self) -> str:
        """The name of the file in diagnostics."""
        return self._result.filename

    @property
    def text(self) -> str:
        """The text as it was read, with the edits since. Bytes that are not UTF-8 are in it as lone
        surrogates.
        """
        return self._result.text

    @property
    def data(self) -> bytes:
        """The text as the bytes of a file."""
        return self.text.encode("utf-8", "surrogateescape")

    @property
    def tree(self) -> Block:
        """Where the fields are written, in offsets."""
        return self._result.root

    @property
    def lines(self) -> Lines:
        """The lines of the text."""
        return self._result.lines

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What is wrong with the text, in the order of its lines."""
        return self._result.diagnostics

    @property
    def is_complete(self) -> bool:
        """Whether everything was read that the schema knows, even if Caffe rejects the file."""
        return self._result.is_complete

    @property
    def comments(self) -> list[Comment]:
        """The comments, each with the path of the field it belongs to."""
        return self._result.comments

    def span(self, path: Path) -> Span | None:
        """The offsets of a field, from its name through its value; None if it is not written."""
        span, used = find(self.tree, tuple(path))
        if used == len(path):
            return span
        return None

    def locate(self, path: Path) -> Location | None:
        """The place of a field, from its name through its value.

        If the field is not written, the place of the nearest message around it that is; None if
        there is none.
        """
        return self._result.locate(tuple(path))

    def apply(self, edits: Iterable[Edit]) -> None:
        """Make a list of edits; the rest of the text keeps its layout and its comments.

        All paths name fields as they are before the edits. The text is read once, and the time is
        linear in the text and the edits. Raises `ProtogenError` (rule impossible-edit), and leaves
        everything as it was, if one of the edits cannot be made.
        """
        self._splice(self.splices(edits))

    def apply_splices(self, splices: Iterable[tuple[int, int, str]]) -> None:
        """Change the text itself, as `protogen.edits.Fix.splices` says, and read it again."""
        self._splice([Splice(*each) for each in splices])

    def _splice(self, splices: list[Splice]) -> None:
        if splices:
            # Read as a whole: a splice can change what the text around it means.
            self._result = parse(splice(self.text, splices), self.message_class, self.filename)
            self.message.CopyFrom(self._result.message())  # the same object: others may hold it

    def splices(self, edits: Iterable[Edit]) -> list[Splice]:
        """The changes of the text that a list of edits makes. Raises as `apply` does."""
        # What is not text has no fields, and so no places to edit.
        if self._result.foreign_format:
            raise ProtogenError(self.diagnostics)
        edits = list(edits)
        try:
            # Before any of them is made, because what overlaps depends on all of them.
            check_overlaps(edits)
            return edit_splices(self.text, self.tree, self.message_class.DESCRIPTOR, edits)
        except EditError as error:
            raise self._impossible(error) from None

    def _impossible(self, error: EditError) -> ProtogenError:
        rule = rules.named("impossible-edit")
        return ProtogenError(rule.diagnostic(str(error), location=self.locate(error.path)))

    def set(self, path: Path, value: Any) -> None:
        """Give a field a value; ``value`` is what `Edit` says. Raises as `apply` does."""
        self.apply([Edit(tuple(path), "set", value)])

    def update(self, values: Mapping[Path, Any]) -> None:
        """Set several fields at once. Raises as `apply` does."""
        self.apply(Edit(tuple(path), "set", value) for path, value in values.items())

    def insert(self, path: Path, value: Any) -> None:
        """Insert an element of a repeated field before the one at ``path``.

        An index equal to the number of elements appends. Raises as `apply` does.
        """
        self.apply([Edit(tuple(path), "insert", value)])

    def delete(self, path: Path) -> None:
        """Remove a field, and the comment and line that would be left alone without it.

        Without an index, a repeated field is removed as a whole. Raises as `apply` does.
        """
        self.apply([Edit(tuple(path), "delete")])


def _document(text: str, message_name: str, filename: str, schema: Any = None) -> Document:
    """A document that was pickled. A class of a user's schema cannot be pickled itself."""
    if schema is None:
        message_class = getattr(proto, message_name)
    else:
        message_class = schema.message_class(message_name)
    return Document(text, message_class, filename)


def read(
    text: str | bytes | bytearray, message_class: Any = None, filename: str = "<text>"
) -> Document:
    """Read a net (or another message of Caffe's) from protobuf text format.

    It does not raise for bad text: ``Document.diagnostics`` says what is wrong with it, and
    ``Document.message`` holds the rest. A file that is not text gives one diagnostic.
    """
    if message_class is None:
        message_class = proto.NetParameter
    return Document(decode(text), message_class, filename)


def read_file(path: str | FilePath, message_class: Any = None) -> Document:
    """Read the file at ``path``."""
    return read(FilePath(path).read_bytes(), message_class, str(path))
