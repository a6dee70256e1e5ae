"""Where the fields of a text stand: a tree of offsets, beside the message they fill.

Offsets count characters. The tree holds them as plain tuples, for a net has thousands; they become
lines and columns only when someone asks.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Block", "Child", "Entry", "Path", "Span", "find", "shift"]

Path = tuple[str | int, ...]


class Block:
    """The fields between two braces, in the order written.

    Blocks of one wording are read once and shared by all places that have it: their entries count
    from the opening brace, and ``length`` reaches to the closing one. It is 0 in a block that is
    not shared; its entries count from the start of the text.
    """

    __slots__ = ("_by_name", "entries", "length")

    def __init__(self, entries: list[Entry], length: int = 0) -> None:
        self.entries = entries
        self.length = length
        self._by_name: dict[str, list[Span]] | None = None

    @property
    def by_name(self) -> dict[str, list[Span]]:
        """The occurrences of each field; each element of a list is one."""
        if self._by_name is None:
            self._by_name = {}
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
# Name, start, end; and the block of a message or the elements of a list.
Entry = tuple[str, int, int, Child]


def shift(block: Block, end: int) -> int:
    """What to add to offsets in ``block``, which ends at ``end``, to make them absolute."""
    return end - block.length if block.length else 0


def find(root: Block, path: Path) -> tuple[Span | None, int]:
    """The span of a field in absolute offsets, and how much of ``path`` led there.

    A name that no index follows means its first occurrence.
    """
    block: Block | None = root
    base, used, found = 0, 0, None
    while block is not None and used < len(path):
        step = 2 if used + 1 < len(path) and isinstance(path[used + 1], int) else 1
        index = path[used + 1] if step == 2 else 0
        spans = block.by_name.get(str(path[used]), [])
        if not (isinstance(index, int) and 0 <= index < len(spans)):
            break
        start, end, block = spans[index]
        found = Span(start + base, end + base, block)
        base += shift(block, end) if block is not None else 0
        used += step
    return found, used
