"""Comments in printed layers, beside the fields that theirs became."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from google.protobuf import text_format

from protogen import proto
from protogen.text.comments import Comment
from protogen.text.parse import ParseResult, parse
from protogen.text.tree import Block, Path, Span, find

__all__ = ["PrintedNet", "comments_and_unknown_fields"]


def comments_and_unknown_fields(result: ParseResult) -> list[Comment]:
    """What a message does not hold and its text has: both are to be kept.

    An unknown field counts as an inner comment of the message it is in.
    """
    descriptor = result.message_class.DESCRIPTOR
    unknown = _unknown_fields(result, result.root, descriptor, ())
    found: list[Comment] = []
    for comment in sorted([*result.comments, *unknown], key=lambda comment: comment.start):
        is_inside_unknown = bool(found) and comment.start < found[-1].end
        if not is_inside_unknown:
            found.append(comment)
    return found


def _unknown_fields(
    result: ParseResult, block: Block, descriptor: Any, path: Path
) -> Iterator[Comment]:
    for name, spans in block.by_name.items():
        field = descriptor.fields_by_name.get(name)
        # What is in an unknown message goes with it, so it is not looked at.
        for index, (start, end, inside) in enumerate(spans):
            if field is None:
                place = result.lines.location(start, end)
                yield Comment(result.text[start:end], start, end, place, "inner", path)
            elif inside is not None:
                here = (*path, name, index)
                yield from _unknown_fields(result, inside, field.message_type, here)


class PrintedNet:
    """A net as protobuf prints it, a line for each field and brace, to put comments into."""

    def __init__(self, net: Any) -> None:
        text = text_format.MessageToString(net, as_utf8=True)
        self._result = parse(text, proto.NetParameter)
        self._lines = text.removesuffix("\n").split("\n")

    def text(self, comments: Iterable[Comment]) -> str:
        """All of it, with the comments beside the fields of their paths."""
        return self._with_comments(0, len(self._lines), comments) + "\n"

    def layer(self, index: int, comments: Iterable[Comment]) -> str:
        """One layer of it, with comments whose paths lead into that layer."""
        span, _ = find(self._result.root, ("layer", index))
        assert span is not None
        return self._with_comments(self._row(span.start), self._row(span.end) + 1, comments)

    def _row(self, offset: int) -> int:
        return self._result.lines.at(offset)[0] - 1

    def _with_comments(self, start: int, end: int, comments: Iterable[Comment]) -> str:
        """The lines from ``start`` up to ``end``.

        A comment whose field does not exist goes above the nearest field around it.
        """
        lines = self._lines[start:end]
        above: dict[int, list[str]] = {}
        for comment in comments:
            span, exact = self._nearest(comment.path)
            first, last = self._row(span.start) - start, self._row(span.end) - start
            # Each field and brace has a line of its own here, so a line says where a field is.
            placement = ""
            if exact:
                placement = comment.placement
            if placement == "trailing":
                lines[first] += f"  {comment.text}"
            elif placement == "inner" and last > first:
                above.setdefault(last, []).append(f"{_indent(lines[last])}  {comment.text}")
            else:
                above.setdefault(first, []).append(f"{_indent(lines[first])}{comment.text}")
        with_comments: list[str] = []
        for row, line in enumerate(lines):
            with_comments += [*above.get(row, ()), line]
        return "\n".join(with_comments)

    def _nearest(self, path: Path) -> tuple[Span, bool]:
        """The span of a field, or of the nearest message around it; whether it is the field."""
        span, used = find(self._result.root, path)
        if span is None:  # the first line of the net
            return Span(0, 0, self._result.root), False
        return span, used == len(path)


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
