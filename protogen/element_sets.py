"""Which elements of a blob each element of another blob is computed from, exactly.

An element of a blob is known by its coordinates, one for each axis. What it is computed from is a
union of *products*: for each axis of the source a set of coordinates, which depends on at most one
coordinate of the element. A Convolution, for example, reads rows by the row of its element, columns
by its column, and all channels whatever the element.

Sets are the bits of an integer: the bit ``i`` is set if coordinate ``i`` is in the set. Unlike a
range, a set has no wrong elements between the first and the last, which a Deconvolution may leave
out. For an image of 224 rows a set has 224 bits, and joining two of them takes one operation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import eq, or_
from typing import NamedTuple

__all__ = [
    "Along",
    "Line",
    "Mixed",
    "Product",
    "Read",
    "collapsed",
    "composed",
    "identity",
    "joined",
]


class Along(NamedTuple):
    """A set of coordinates for each coordinate along ``axis``; without an axis one set for all."""

    axis: int | None
    sets: tuple[int, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no coordinate has anything in its set."""
        return not any(self.sets)

    @property
    def is_never_empty(self) -> bool:
        """Whether every coordinate has something in its set."""
        return all(self.sets)


#: An `Along` for each axis of the source. More of them may follow as conditions: where their set is
#: empty, an element is computed from nothing.
Product = tuple[Along, ...]


class Line(NamedTuple):
    """Element ``i`` reads from ``first + i * step`` to ``last + i * step``, before clipping."""

    first: int
    last: int
    step: int


class Read(NamedTuple):
    """What the elements of a top read along one axis of a bottom.

    For each coordinate of the top's ``axis``, ``coordinates`` has those of the bottom, of which
    there are ``size``; ``None`` stands for the same coordinate. Without an axis, all elements of
    the top read the same coordinates. ``line`` is the rule if there is a linear one. ``unread`` is
    how many coordinates of the top read nothing before and after those that ``coordinates`` is for.

    If ``mixed``, the coordinate follows from several axes of the top together.
    """

    axis: int | None
    coordinates: Sequence[Sequence[int]] | None
    size: int
    line: Line | None = None
    mixed: bool = False
    unread: tuple[int, int] = (0, 0)

    @property
    def whole(self) -> bool:
        """Whether every element of the top reads the whole axis."""
        if self.axis is not None or self.coordinates is None:
            return False
        # An axis with one element cannot be read in part, so that this says nothing.
        return self.size > 1 and len(self.coordinates[0]) == self.size

    @property
    def may_be_empty(self) -> bool:
        """Whether there may be elements of the top that read nothing."""
        return self.coordinates is not None or self.unread != (0, 0)


class Mixed(Exception):
    """A set depends on several axes of the top together, so that it is not a product."""


def identity(shape: Sequence[int]) -> Product:
    """Each element of a blob of this shape is computed from itself."""
    found = []
    for axis, size in enumerate(shape):
        found.append(Along(axis, tuple(1 << i for i in range(size))))
    return tuple(found)


def composed(reads: Sequence[Read], product: Product, axes: int) -> Product | None:
    """What a top is computed from, if it reads a bottom that is computed from a product.

    The first ``axes`` parts of a product are sets, and the others are conditions. ``None`` is a
    product without elements. Raises `Mixed` if the result is not a product.
    """
    found = [_read_along(reads, along) for along in product]
    found += _new_conditions(reads, product)
    if _is_empty(found):
        return None
    conditions: dict[Along, None] = {}
    for condition in found[axes:]:
        # A condition that always holds says nothing. The same one twice says it once.
        if not condition.is_never_empty:
            conditions[condition] = None
    return (*found[:axes], *conditions)


def _new_conditions(reads: Sequence[Read], product: Product) -> Iterator[Along]:
    """That an element reads anything along the axes of the bottom that no set depends on."""
    used = {along.axis for along in product}
    for axis, read in enumerate(reads):
        # A set of the product that depends on the axis is itself empty where nothing is read.
        if axis not in used and read.may_be_empty:
            yield _condition(read)


def _condition(read: Read) -> Along:
    """That an element reads anything: of an axis of the bottom that the source lacks."""
    if read.coordinates is None:
        return _padded(read, (1,) * read.size)
    reads_anything = map(bool, read.coordinates)
    return _padded(read, tuple(map(int, reads_anything)))


def _padded(read: Read, sets: tuple[int, ...]) -> Along:
    """The sets along an axis of the top, and empty ones before and after them."""
    before, after = read.unread
    return Along(read.axis, (0,) * before + sets + (0,) * after)


def _is_empty(product: Iterable[Along]) -> bool:
    """Whether a product has no elements: on some axis all sets are empty."""
    return any(along.is_empty for along in product)


def _read_along(reads: Sequence[Read], along: Along) -> Along:
    """The set along one axis of the source for each coordinate of the top."""
    if along.axis is None:
        return along
    read = reads[along.axis]
    if read.mixed:
        # Which coordinate it is does not matter if all have the same set.
        if len(set(along.sets)) > 1:
            raise Mixed
        return Along(None, along.sets[:1])
    if read.coordinates is None:
        return _padded(read, along.sets)
    # Most layers read all channels, which usually have the same set.
    if read.axis is None and len(read.coordinates[0]) == len(along.sets):
        different = set(along.sets)
        return Along(None, (_union(different),))
    return _padded(read, tuple(_unions(read.coordinates, along.sets)))


def _unions(coordinates: Iterable[Sequence[int]], sets: Sequence[int]) -> Iterator[int]:
    """The union of the sets at the coordinates that each element reads."""
    set_at = sets.__getitem__
    for read_by_one in coordinates:
        # A flattened blob has many coordinates, and each comes from one: no call for those.
        if len(read_by_one) == 1:
            yield sets[read_by_one[0]]
        else:
            yield _union(map(set_at, read_by_one))


def _union(sets: Iterable[int]) -> int:
    return reduce(or_, sets, 0)


# Unions ----------------------------------------------------------------------------------------


def joined(products: Iterable[Product]) -> list[Product]:
    """The same elements in as few products as can be found easily."""
    found: list[Product] = []
    for product in products:
        _add(found, product)
    return found


def _add(found: list[Product], product: Product) -> None:
    """Add a product, unless one covers it, and join it with one that differs on one axis only."""
    for index, other in enumerate(found):
        if not _same_axes(product, other):
            continue
        if _covers(other, product):
            return
        union = _joined_pair(product, other)
        if union is not None:
            del found[index]
            # The union may cover others, or join with them, in its turn.
            _add(found, union)
            return
    found[:] = [other for other in found if not _covers(product, other)]
    found.append(product)


def _same_axes(one: Product, other: Product) -> bool:
    """Whether the sets of both products depend on the same axes of the element."""
    # One of them may have more conditions, which follow the sets.
    if len(one) != len(other):
        return False
    return all(mine.axis == theirs.axis for mine, theirs in zip(one, other))


def _covers(one: Product, other: Product) -> bool:
    """Whether every element of the other product is in this one."""
    if not _same_axes(one, other):
        return False
    for mine, theirs in zip(one, other):
        # Comparing is the faster of the two, and equal sets are common.
        if mine != theirs and not _contains(mine, theirs):
            return False
    return True


def _contains(mine: Along, theirs: Along) -> bool:
    """Whether each set has all bits of the other one."""
    # In C, up to the first difference: a joined blob of SSD300 has 183,372 sets.
    unions = map(or_, mine.sets, theirs.sets)
    return all(map(eq, unions, mine.sets))


def _joined_pair(one: Product, other: Product) -> Product | None:
    """Both products as one: exact if they differ on one axis only."""
    equal = list(map(eq, one, other))
    # With two, the union would have the corners that neither product has.
    if equal.count(False) != 1:
        return None
    index = equal.index(False)
    mine, theirs = one[index], other[index]
    union = mine._replace(sets=tuple(map(or_, mine.sets, theirs.sets)))
    return (*one[:index], union, *one[index + 1 :])


# Answers ---------------------------------------------------------------------------------------


def collapsed(product: Product, kept: Sequence[int]) -> Product | None:
    """The product for all coordinates together on the axes that are not kept.

    ``None`` if no coordinates leave an element of the source.
    """
    found = list(product)
    axes = {along.axis for along in product}
    for axis in axes.difference(kept, [None]):
        _collapse_axis(found, axis)
    if _is_empty(found):
        return None
    return tuple(found)


def _collapse_axis(parts: list[Along], axis: int | None) -> None:
    """Join the sets of all coordinates on an axis, in each part that depends on it."""
    own = []
    own_sets = []
    for index, along in enumerate(parts):
        if along.axis == axis:
            own.append(index)
            own_sets.append(along.sets)
    # Only coordinates for which no part is empty stand for elements of the source.
    rows = list(filter(all, zip(*own_sets)))
    for position, index in enumerate(own):
        # Many rows have the same set: the union of a few is enough.
        different = {row[position] for row in rows}
        parts[index] = Along(None, (_union(different),))
