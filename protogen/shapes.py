"""Shapes: tuples of sizes in Caffe's axis order, and sizes that are not known.

Outside the layers, an unknown size is ``None`` (printed ``?``), and so is a shape of unknown rank.
Inside a layer's own rules, an unknown size is `UNKNOWN`: arithmetic with it stays unknown, and no
comparison with it is true. A rule is therefore written once, as if every size were known.
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
    "internal_shape",
    "parse_shape",
    "public_shape",
    "truncated_division",
]

#: The largest number of elements in a blob, and of axes (``blob.hpp``).
INT_MAX = 2**31 - 1
MAX_AXES = 32

Shape = tuple[int | None, ...] | None


class Unknown:
    """A size that is not known yet. Arithmetic keeps it; every comparison except ``==`` is false.

    Rules are written as ``if <fault>: raise``, so a false comparison finds no fault.
    """

    __slots__ = ()

    def _unknown(self, *_: object) -> Unknown:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _unknown
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __truediv__ = __rtruediv__ = _unknown
    __neg__ = __pos__ = __abs__ = _unknown

    def _false(self, _: object) -> bool:
        return False

    __lt__ = __le__ = __gt__ = __ge__ = _false

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


def internal_shape(shape: tuple[int | None, ...]) -> tuple[Any, ...]:
    """The shape as a layer's rules see it: `UNKNOWN` for each ``None``."""
    return tuple(UNKNOWN if size is None else size for size in shape)


def public_shape(shape: Iterable[Any]) -> tuple[int | None, ...]:
    """The shape as everyone else sees it: ``None`` for each `UNKNOWN`."""
    return tuple(None if size is UNKNOWN else size for size in shape)


def count(shape: Iterable[Any]) -> Any:
    """The number of elements in a shape; a shape without axes has one."""
    return reduce(operator.mul, shape, 1)


def truncated_division(numerator: Any, denominator: int) -> Any:
    """Integer division as in C++, which rounds toward zero; Python's ``//`` rounds down."""
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
    """Read ``1,3,227,227`` or ``1x3x227x227``; ``?`` is an unknown size.

    Raises `ValueError` with a message for the user if the text is not a shape.
    """
    if text.strip() == "scalar":
        return ()
    words = [word.strip() for word in text.replace("x", ",").split(",")] if text.strip() else []
    for word in words:
        if word != "?" and not word.isdecimal():
            raise ValueError(f'"{text}" is not a shape; write sizes like 1,3,227,227')
    return tuple(None if word == "?" else int(word) for word in words)
