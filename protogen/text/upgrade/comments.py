"""Move comments into another text, next to the fields that theirs became."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from protogen.text.comments import Comment
from protogen.text.document import Document
from protogen.text.tree import Block, Path, Span

__all__ = ["annotate", "remarks"]


def remarks(document: Document) -> list[Comment]:
    """What must move along with the fields: the comments, and fields that the schema lacks.

    An unknown field counts as an inner comment of the message that it is in.
    """
    descriptor = document.message_class.DESCRIPTOR
    found: list[Comment] = []
    unknown = _unknown_fields(document, document.tree, descriptor, ())
    for remark in sorted([*document.comments, *unknown], key=lambda remark: remark.start):
        if not found or remark.start >= found[-1].end:  # else it is part of an unknown field
            found.append(remark)
    return found


def _unknown_fields(
    document: Document, block: Block, descriptor: Any, path: Path
) -> Iterator[Comment]:
    for name, spans in block.by_name.items():
        field = descriptor.fields_by_name.get(name)
        for index, span in enumerate(spans):
            if field is None:
                start, end, _ = span
                place = document.lines.location(start, end)
                yield Comment(document.text[start:end], start, end, place, "inner", path)
            elif span.block is not None:
                here = (*path, name, index)
                yield from _unknown_fields(document, span.block, field.message_type, here)


def annotate(document: Document, comments: Iterable[Comment]) -> str:
    """The text of a document that has a line for each field and brace, with the comments inserted.

    If the field of a comment does not exist, the comment goes above the nearest enclosing field.
    """
    lines = document.text.removesuffix("\n").split("\n")
    above: dict[int, list[str]] = {}
    for comment in comments:
        span, exact = _nearest(document, comment.path)
        first, last = (document.lines.at(offset)[0] - 1 for offset in (span.start, span.end))
        if exact and comment.placement == "trailing":
            lines[first] += f"  {comment.text}"
        elif exact and comment.placement == "inner" and last > first:
            above.setdefault(last, []).append(f"{_indent(lines[last])}  {comment.text}")
        else:
            above.setdefault(first, []).append(f"{_indent(lines[first])}{comment.text}")
    return "\n".join(text for row, line in enumerate(lines) for text in [*above.get(row, []), line])


def _nearest(document: Document, path: Path) -> tuple[Span, bool]:
    """The span of the field, or of the nearest message around it; whether it is the field."""
    for used in range(len(path), 0, -1):
        if span := document.span(path[:used]):
            return span, used == len(path)
    return Span(0, 0, document.tree), False


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
