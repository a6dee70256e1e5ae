"""Shapes: tuples of sizes in Caffe's axis order, and sizes that are not known.

Outside the layers, an unknown size is ``None`` (printed ``?``), and so is a shape of unknown rank.
Inside a layer's own rules, an unknown size is `UNKNOWN`: arithmetic with it stays unknown, and no
comparison with it is true. A rule is therefore written once, as if every size were known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeGuard, TypeVar, overload

__all__ = [
    "COLOR_CHANNELS",
    "INT_MAX",
    "MAX_AXES",
    "UNKNOWN",
    "AnySize",
    "InternalShape",
    "Shape",
    "Size",
    "Unknown",
    "count",
    "differ",
    "filled",
    "format_shape",
    "format_size",
    "internal_shape",
    "is_known",
    "parse_shape",
    "public_shape",
    "truncated_division",
]

# Blob::Reshape keeps the number of elements in an int and aborts with "blob size exceeds INT_MAX".
INT_MAX = 2**31 - 1
#: The largest number of axes of a blob (``kMaxBlobAxes`` in ``blob.hpp``).
MAX_AXES = 32

#: The channels of a color image, which nothing states of a database.
COLOR_CHANNELS = 3

#: A shape outside the rules of layers; ``None`` if even the number of axes is unknown.
Shape = tuple[int | None, ...] | None


class Unknown:
    """A size that is not known yet. Arithmetic keeps it; every comparison except ``==`` is false.

    Rules are written as ``if <fault>: raise``, so a false comparison finds no fault.
    """

    __slots__ = ()

    # All operators of a kind share one method: a new one must not compute anything either.
    def _unknown(self, *_: object) -> Unknown:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _unknown
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __truediv__ = __rtruediv__ = _unknown
    __neg__ = __pos__ = __abs__ = _unknown

    def _false(self, _: object) -> bool:
        return False

    __lt__ = __le__ = __gt__ = __ge__ = _false

    # The fault in `if size != other: raise` is a difference, so an unknown size equals everything.
    # To ask whether a size is unknown, write `size is UNKNOWN`.
    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    def __bool__(self) -> bool:
        return False

    # Defining __eq__ takes the inherited hash away, and shapes are keys of dicts.
    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "?"


UNKNOWN = Unknown()
#: A size in the rules of layers.
Size = int | Unknown
#: A size that is known if those that it is computed from are.
AnySize = TypeVar("AnySize", int, Size)
#: A shape in the rules of layers.
InternalShape = tuple[Size, ...]


def internal_shape(shape: tuple[int | None, ...]) -> InternalShape:
    """The shape as a layer's rules see it: `UNKNOWN` for each ``None``."""
    return tuple(UNKNOWN if size is None else size for size in shape)


def public_shape(shape: Iterable[Size | None]) -> tuple[int | None, ...]:
    """The shape as everyone else sees it: ``None`` for each `UNKNOWN`."""
    return tuple(None if isinstance(size, Unknown) else size for size in shape)


def is_known(shape: Shape) -> TypeGuard[tuple[int, ...]]:
    """Whether the number of axes and every size are known."""
    return shape is not None and None not in shape


def differ(shape: Shape, other: Shape) -> bool:
    """Whether two shapes are known to differ, in a size or in their number of axes."""
    if shape is None or other is None:
        return False
    # An `UNKNOWN` size equals every other.
    return internal_shape(shape) != internal_shape(other)


@overload
def count(shape: Iterable[int]) -> int: ...
@overload
def count(shape: Iterable[Size | None]) -> Size: ...
def count(shape: Iterable[Size | None]) -> Size:
    """The number of elements in a shape, in which no size is ``None``.

    A shape without axes has one element, as in ``Blob::Reshape``.
    """
    elements: Size = 1
    for size in shape:
        assert size is not None
        elements *= size
    return elements


def filled(shape: Shape, other: Shape) -> Shape:
    """The shape, with the sizes of another where its own are unknown."""
    if shape is None:
        return other
    # With another number of axes, no size of the other says anything about a size here.
    if other is None or len(other) != len(shape):
        return shape
    sizes = list(shape)
    for axis, size in enumerate(shape):
        if size is None:
            sizes[axis] = other[axis]
    return tuple(sizes)


def truncated_division(numerator: AnySize, denominator: int) -> AnySize:
    """Integer division as in C++, which rounds toward zero; Python's ``//`` rounds down."""
    if isinstance(numerator, Unknown):
        return UNKNOWN
    quotient = abs(numerator) // denominator
    if numerator < 0:
        return -quotient
    return quotient


def format_shape(shape: Sequence[object] | None) -> str:
    """``64x20x12x12``; ``?`` for an unknown size or rank; ``scalar`` for a shape without axes."""
    if shape is None:
        return "?"
    if not shape:
        return "scalar"
    return "x".join(map(format_size, shape))


def format_size(size: object) -> str:
    """A size, or ``?`` for an unknown one."""
    if size is None:
        return "?"
    return str(size)


def parse_shape(text: str) -> tuple[int | None, ...]:
    """Read ``1,3,227,227`` or ``1x3x227x227``; ``?`` is an unknown size.

    Raises `ValueError` with a message for the user if the text is not a shape.
    """
    # A settings file may give an empty list of sizes, which arrives here as an empty text.
    if text.strip() in ("", "scalar"):
        return ()
    sizes: list[int | None] = []
    for word in text.replace("x", ",").split(","):
        word = word.strip()
        if word == "?":
            sizes.append(None)
        elif word.isdecimal():
            sizes.append(int(word))
        else:
            raise ValueError(f'"{text}" is not a shape; write sizes like 1,3,227,227')
    return tuple(sizes)
