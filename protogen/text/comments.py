"""The comments of a text, and the fields they belong to."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from protogen.diagnostics import Location
from protogen.proto.fields import is_repeated
from protogen.text.tree import Block, Path

if TYPE_CHECKING:
    from protogen.text.parse import ParseResult

__all__ = ["Comment", "find_comments"]

# A `#` in a string does not start a comment. A string ends with its line at the latest.
_COMMENT = re.compile(
    r"""  "[^"\\\n]*(?:\\.[^"\\\n]*)*"? | '[^'\\\n]*(?:\\.[^'\\\n]*)*'? | (\#[^\n\0]*)""",
    re.VERBOSE,
)


#: Also a byte order mark, after which a comment is alone on the first line.
_BLANKS = " \t\r\f\v\ufeff"


class Comment(NamedTuple):
    """A comment, from its ``#`` to the end of its line.

    ``placement`` is *leading* (on lines of its own above the field ``path``), *trailing* (after
    it, on its last or first line) or *inner* (in it, below its last field; the path of the whole
    file is empty).
    """

    text: str
    start: int
    end: int
    location: Location
    placement: str
    path: Path


def find_comments(result: ParseResult) -> list[Comment]:
    """The comments of a text in their order."""
    text = result.text
    if "#" not in text:  # most nets that a program wrote have none
        return []
    fields = _Fields(result.root, result.message_class.DESCRIPTOR)
    found = []
    for match in _COMMENT.finditer(text):
        if match[1] is None:  # a string
            continue
        start = match.start()
        line_start = text.rfind("\n", 0, start) + 1
        is_alone = not text[line_start:start].strip(_BLANKS)
        placement, path = fields.owner(start, None if is_alone else line_start)
        comment = match[1].rstrip("\r")
        end = start + len(comment)
        location = result.lines.location(start, end)
        found.append(Comment(comment, start, end, location, placement, path))
    return found


class _Field(NamedTuple):
    """A field of a message as it is written."""

    start: int
    end: int
    block: Block | None
    path: Path  # from the message
    message: Any  # the type of its message, if it has one that the schema knows


class _Fields:
    """The fields of a text, to find the one that a comment belongs to."""

    def __init__(self, root: Block, descriptor: Any) -> None:
        self._root = root
        self._descriptor = descriptor
        self._of_block: dict[int, list[_Field]] = {}

    def owner(self, offset: int, line_start: int | None) -> tuple[str, Path]:
        """How a comment is placed, and the path of its field.

        ``line_start`` is where its line starts, or None if nothing is before it on the line.
        """
        block, descriptor = self._root, self._descriptor
        path: Path = ()
        while True:
            fields = self._in_order(block, descriptor)
            following = bisect_right(fields, offset, key=_start)
            previous = None
            if following:
                previous = fields[following - 1]
            if previous is None or previous.block is None:
                break
            if offset >= previous.end:
                break
            # The comment is inside of this field: look among the fields of its message.
            path += previous.path
            block, descriptor = previous.block, previous.message
        if line_start is not None:
            # Else it is beside the brace that opens the message.
            if previous is not None and previous.end > line_start:
                path += previous.path
            return "trailing", path
        if following < len(fields):
            return "leading", path + fields[following].path
        return "inner", path

    def _in_order(self, block: Block, descriptor: Any) -> list[_Field]:
        # Once for each message, and not for each comment: a net can have thousands of both.
        if id(block) not in self._of_block:
            self._of_block[id(block)] = sorted(_fields_of_block(block, descriptor), key=_start)
        return self._of_block[id(block)]


def _start(field: _Field) -> int:
    return field.start


def _fields_of_block(block: Block, descriptor: Any) -> Iterator[_Field]:
    """The fields in a block, with their paths from there."""
    known = {}
    if descriptor is not None:  # else it is the block of an unknown message
        known = descriptor.fields_by_name
    for name, spans in block.by_name.items():
        field = known.get(name)
        message = None
        # Nobody knows whether an unknown field is repeated, so it has an index.
        has_index = True
        if field is not None:
            message = field.message_type
            has_index = is_repeated(field)
        for index, span in enumerate(spans):
            path: Path = (name,)
            if has_index:
                path = (name, index)
            yield _Field(*span, path, message)
