"""Shapes: tuples of sizes in Caffe's axis order, and sizes that are not known.

Outside of the layers an unknown size is ``None`` (printed ``?``) and so is a shape of unknown rank.
Within a layer's own rules an unknown size is `UNKNOWN`, which any arithmetic leaves unknown and no
comparison finds fault with. So a rule is written once, as if every size were known.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

__all__ = [
    "INT_MAX",
    "MAX_AXES",
    "UNKNOWN",
    "Shape",
    "Size",
    "Unknown",
    "count",
    "format_shape",
    "parse_shape",
    "reveal",
    "truncated_division",
    "veil",
]

#: The largest element count of a blob, and the most axes it may have (``blob.hpp``).
INT_MAX = 2**31 - 1
MAX_AXES = 32

Shape = tuple[int | None, ...] | None


class Unknown:
    """A size nobody knows yet. Arithmetic keeps it; every comparison but ``==`` is false.

    Rules are written as ``if <fault>: raise``, so a comparison that is false finds no fault.
    """

    __slots__ = ()

    def _same(self, *_: object) -> Unknown:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _same
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __truediv__ = __rtruediv__ = _same
    __neg__ = __pos__ = __abs__ = _same

    def _never(self, _: object) -> bool:
        return False

    __lt__ = __le__ = __gt__ = __ge__ = _never

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    def __bool__(self) -> bool:
        return False

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "?"


UNKNOWN = Unknown()
Size = int | Unknown


def veil(shape: tuple[int | None, ...]) -> tuple[Any, ...]:
    """The shape as layer rules see it: `UNKNOWN` for each ``None``."""
    return tuple(UNKNOWN if size is None else size for size in shape)


def reveal(shape: Iterable[Any]) -> tuple[int | None, ...]:
    """The shape as everybody else sees it: ``None`` for each `UNKNOWN`."""
    return tuple(None if size is UNKNOWN else size for size in shape)


def count(shape: Iterable[Any]) -> Any:
    """How many elements the sizes make; a shape without axes has one."""
    return reduce(operator.mul, shape, 1)


def truncated_division(numerator: Any, denominator: int) -> Any:
    """C++'s integer division, which rounds toward zero where Python's rounds down."""
    if numerator is UNKNOWN:
        return UNKNOWN
    quotient = abs(numerator) // denominator
    return quotient if numerator >= 0 else -quotient


def format_shape(shape: Sequence[object] | None) -> str:
    """``64x20x12x12``; ``?`` where a size is unknown; ``scalar`` for a shape without axes."""
    if shape is None:
        return "?"
    if not shape:
        return "scalar"
    return "x".join("?" if size is None else str(size) for size in shape)


def parse_shape(text: str) -> tuple[int | None, ...]:
    """Read ``1,3,227,227`` or ``1x3x227x227``; ``?`` is a size not known.

    Raises `ValueError` with a sentence if the text is no shape.
    """
    words = [word.strip() for word in text.replace("x", ",").split(",")] if text.strip() else []
    if text.strip() == "scalar":
        return ()
    for word in words:
        if word != "?" and not word.isdecimal():
            raise ValueError(f'"{text}" is no shape; write sizes like 1,3,227,227')
    return tuple(None if word == "?" else int(word) for word in words)
