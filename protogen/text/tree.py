"""Where the fields of a text are written: a tree of offsets, parallel to the message they fill.

Offsets count characters. The tree holds them as plain tuples, because a net has thousands; they
become lines and columns only on request.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Block", "Child", "Entry", "Path", "Span", "find"]

Path = tuple[str | int, ...]


class Block:
    """The fields between two braces, in the order written."""

    __slots__ = ("_by_name", "_entries", "_shift")

    def __init__(self, entries: list[Entry], shift: int = 0) -> None:
        """``shift`` is what to add to the offsets of ``entries``, which have no fields inside."""
        self._entries = entries
        self._shift = shift
        self._by_name: dict[str, list[Span]] | None = None

    @property
    def entries(self) -> list[Entry]:
        """The name and place of each field."""
        if self._shift:
            shift, self._shift = self._shift, 0
            self._entries = [
                (name, start + shift, end + shift, None) for name, start, end, _ in self._entries
            ]
        return self._entries

    @property
    def by_name(self) -> dict[str, list[Span]]:
        """The occurrences of each field; each element of a list is one."""
        if self._by_name is None:
            self._by_name = {}
            # Most messages are never asked for by name, so the table is built on request.
            for name, start, end, child in self.entries:
                spans = self._by_name.setdefault(name, [])
                if isinstance(child, list):
                    spans += child
                else:
                    spans.append(Span(start, end, child))
        return self._by_name


class Span(NamedTuple):
    """One occurrence of a field: from its name (or, in a list, its value) to its value's end."""

    start: int
    end: int
    block: Block | None


Child = Block | list[Span] | None
#: Name, start, end; and the block of a message or the elements of a list.
Entry = tuple[str, int, int, Child]


def find(root: Block, path: Path) -> tuple[Span | None, int]:
    """The span of a field, and how many steps of ``path`` lead to it.

    If the field is not written, it is the span of the nearest message around it. A name without an
    index means its first occurrence.
    """
    block: Block | None = root
    used, found = 0, None
    while block is not None and used < len(path):
        spans = block.by_name.get(str(path[used]), [])
        index, step = 0, 1
        following = path[used + 1] if used + 1 < len(path) else None
        if isinstance(following, int):
            index, step = following, 2
        # A negative index would count from the end.
        if not 0 <= index < len(spans):
            break
        found = spans[index]
        block = found.block
        used += step
    return found, used
