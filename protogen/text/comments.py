"""The comments of a text, and the fields they belong to."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from protogen.diagnostics import Location
from protogen.proto.fields import is_repeated
from protogen.text.tree import Block, Path, Span

if TYPE_CHECKING:
    from protogen.text.parse import ParseResult

__all__ = ["Comment", "find_comments"]

# A `#` in a string does not start a comment. A string ends with its line at the latest.
_COMMENT = re.compile(
    r"""  "[^"\\\n]*(?:\\.[^"\\\n]*)*"? | '[^'\\\n]*(?:\\.[^'\\\n]*)*'? | (\#[^\n\0]*)""",
    re.VERBOSE,
)


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
    if "#" not in text:
        return []
    paths = _Paths(result.root, result.message_class.DESCRIPTOR)
    found = []
    for match in _COMMENT.finditer(text):
        if match[1] is None:
            continue
        start, end = match.span()
        line_start = text.rfind("\n", 0, start) + 1
        alone = not text[line_start:start].strip(" \t\r\f\v\ufeff")
        placement, path = paths.owner(start, -1 if alone else line_start)
        comment = text[start:end].rstrip("\r")
        location = result.lines.location(start, start + len(comment))
        found.append(Comment(comment, start, start + len(comment), location, placement, path))
    return found


class _Paths:
    """The tree with a path for each field."""

    def __init__(self, root: Block, descriptor: Any) -> None:
        self._root = root
        self._descriptor = descriptor
        self._steps: dict[int, tuple[list[int], list[tuple[Span, Path, Any]]]] = {}

    def owner(self, offset: int, line_start: int) -> tuple[str, Path]:
        """How a comment belongs to a field, and to which. ``line_start`` is -1 if it is alone."""
        block, path, descriptor = self._root, Path(), self._descriptor
        while True:
            starts, steps = self._of(block, descriptor)
            index = bisect.bisect_right(starts, offset)
            span, step, kind = steps[index - 1] if index else (Span(0, -1, None), Path(), None)
            if span.block is None or offset >= span.end:
                break
            path, descriptor, block = path + step, kind, span.block
        if line_start >= 0:
            # No field of this message is before it on the line: it is beside the opening brace.
            return "trailing", path + step if index and span.end > line_start else path
        if index < len(steps):
            return "leading", path + steps[index][1]
        return "inner", path

    def _of(self, block: Block, descriptor: Any) -> tuple[list[int], list[tuple[Span, Path, Any]]]:
        if id(block) not in self._steps:
            steps = sorted(_steps(block, descriptor), key=lambda step: step[0].start)
            self._steps[id(block)] = [step[0].start for step in steps], steps
        return self._steps[id(block)]


def _steps(block: Block, descriptor: Any) -> Iterator[tuple[Span, Path, Any]]:
    for name, spans in block.by_name.items():
        field = descriptor.fields_by_name.get(name) if descriptor is not None else None
        single = field is not None and not is_repeated(field)
        for index, span in enumerate(spans):
            kind = field.message_type if field is not None else None
            yield span, (name,) if single else (name, index), kind
