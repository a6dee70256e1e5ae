"""Messages that recur in the same words, their strings apart: read once, then filled in.

The layers of a deep net differ in their names and blobs, and in little else.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import partial
from itertools import accumulate
from operator import itemgetter
from typing import Any

from protogen.text._frames import State
from protogen.text.tree import Block, Entry

__all__ = ["Wording", "with_marks"]

_MARK = "<{:05}>"  # stands for a string; all are equally long
_WIDTH = len(_MARK.format(0))
_CLOSED = re.compile('"[^"]*"')


def with_marks(pieces: list[str]) -> str:
    """A text cut at its quotes, put together again with a mark in place of each string."""
    return '"'.join(_MARK.format(n // 2) if n % 2 else piece for n, piece in enumerate(pieces))


class Wording:
    """What a message is made of, save its strings, by a reading of it with marks for them."""

    def __init__(self, read: State) -> None:
        self._values = _maker(read.values)
        self._root = read.root
        self._ends = [match.end() for match in _CLOSED.finditer(read.text)]

    @staticmethod
    def of(read: State) -> Wording | None:
        """None if there is a mistake, or not each string is the value of a field by itself."""
        marks = [_MARK.format(n) for n in range(read.text.count('"') // 2)]
        usable = not read.problems and sorted(_strings(read.values)) == marks
        return Wording(read) if usable else None

    def filled(self, start: int, strings: list[str]) -> tuple[dict[str, Any], Block]:
        """The values of one whose text begins at ``start``; where its fields stand, once asked."""
        values = self._values
        made = values(strings) if callable(values) else values
        return made, Block(partial(self._entries, start, strings))

    def _entries(self, start: int, strings: list[str]) -> list[Entry]:
        grown = (len(string) - _WIDTH for string in strings)
        moves = list(accumulate(grown, initial=start))

        def placed(offset: int) -> int:
            return offset + moves[bisect_right(self._ends, offset)]

        def moved(block: Block) -> list[Entry]:
            return [
                (name, placed(begin), placed(end), Block(moved(child)) if child else None)
                for name, begin, end, child in block.entries
                if not isinstance(child, list)  # there is no list in what is read so
            ]

        return moved(self._root)


def _strings(value: Any) -> Iterator[str]:
    """All strings among the values of a message."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def _maker(value: Any) -> Any:
    """What makes such a value of the strings that it has marks for; itself, if it has none."""
    if isinstance(value, str):
        return itemgetter(_number(value))
    if isinstance(value, dict):
        makers = {name: made for name, v in value.items() if callable(made := _maker(v))}
        return partial(_message, value, tuple(makers.items())) if makers else value
    if isinstance(value, list) and any(_strings(value)):
        run = _run(value)
        return itemgetter(run) if run else partial(_list, [_maker(v) for v in value])
    return value


def _number(mark: str) -> int:
    return int(mark[1:-1])


def _run(values: list[Any]) -> slice | None:
    """The strings of a list as a slice of all strings, if they follow each other."""
    if not all(isinstance(value, str) for value in values):
        return None
    first, count = _number(values[0]), len(values)
    return slice(first, first + count) if _number(values[-1]) == first + count - 1 else None


def _message(values: dict[str, Any], makers: Any, strings: list[str]) -> dict[str, Any]:
    values = values.copy()
    for name, make in makers:
        values[name] = make(strings)
    return values


def _list(makers: list[Any], strings: list[str]) -> list[Any]:
    return [make(strings) if callable(make) else make for make in makers]
