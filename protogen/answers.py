"""The answers of layer types, kept because nets repeat themselves."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple

from protogen.context import Facts

__all__ = ["Answer", "AnswerStore", "Rejection", "store"]


class Rejection(NamedTuple):
    """What a `Fault` says, to be kept. An exception holds its frames, and with them whole nets."""

    message: str
    rule: str
    field: str
    hint: str


Answer = Facts | Rejection

#: The answers of all layer types together take up no more bytes than this, by a rough count.
_ANSWER_BYTES = 32 * 2**20


class AnswerStore:
    """The answers of `LayerSchema.infer`: a table for each layer type, bounded in bytes together.

    A net of endless variety empties all tables when they are full. Counting happens only when an
    answer is added, so looking one up costs no more than a dict.
    """

    def __init__(self) -> None:
        self.size = 0
        self._tables: list[dict[Hashable, Answer]] = []

    def new_table(self) -> dict[Hashable, Answer]:
        """An empty table, which the store may empty again at any time."""
        table: dict[Hashable, Answer] = {}
        self._tables.append(table)
        return table

    def add(self, table: dict[Hashable, Answer], key: Hashable, answer: Answer) -> None:
        """Keep an answer, if there is room for it."""
        size = _rough_size(key) + _rough_size(answer)
        if self.size + size > _ANSWER_BYTES:
            self.clear()
        if size <= _ANSWER_BYTES:
            table[key] = answer
            self.size += size

    def clear(self) -> None:
        """Forget every answer."""
        for table in self._tables:
            table.clear()
        self.size = 0


def _rough_size(value: Any) -> int:
    """About how many bytes a value takes, with what is in it.

    The numbers of a shape are counted as references, because small ones are shared. This takes 4 of
    the 150 microseconds that a new Convolution takes; ``sys.getsizeof`` for each would take 30.
    """
    if isinstance(value, (tuple, frozenset)):
        size = 64 + 8 * len(value)
        for each in value:
            if each.__class__ is not int:
                size += _rough_size(each)
        return size
    if isinstance(value, (bytes, str)):
        return 64 + len(value)
    return 16


#: The answers of all layer types.
store = AnswerStore()
