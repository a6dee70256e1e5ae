"""Sums that stay right if some of their parts are unknown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from protogen.shapes import Shape, count, is_known

__all__ = ["UNKNOWN_TOTAL", "Total", "elements", "total", "total_of"]


class Total(int):
    """A number that is ``exact``, or a lower bound because some part of it is unknown.

    It is an `int`: compare it, calculate with it, print it. A lower bound is printed with *at
    least*, and is not equal to any number.
    """

    exact: bool

    def __new__(cls, known: int, exact: bool = True) -> Total:
        self = super().__new__(cls, known)
        self.exact = exact
        return self

    @property
    def known(self) -> int:
        """The number as a plain `int`."""
        return int(self)

    def times(self, factor: int) -> Total:
        """The total, multiplied by a number."""
        return Total(self * factor, self.exact)

    def per(self, parts: int) -> Total:
        """The share of one of ``parts`` equal parts, rounded down."""
        return Total(self // parts, self.exact)

    # A lower bound is not equal to the number that it is, or a sum would look complete.
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, int):
            return NotImplemented
        exact = True
        if isinstance(other, Total):
            exact = other.exact
        return int(self) == int(other) and self.exact == exact

    # int has its own __ne__, which would not ask __eq__.
    def __ne__(self, other: object) -> bool:
        return not self == other

    # A class with an __eq__ and without this cannot be a key.
    def __hash__(self) -> int:
        return int.__hash__(self)

    # Pickling an int would forget whether it is exact.
    def __reduce__(self) -> tuple[Any, ...]:
        return Total, (int(self), self.exact)

    def __repr__(self) -> str:
        if self.exact:
            return f"Total({int(self)})"
        return f"Total({int(self)}, exact=False)"

    def __str__(self) -> str:
        if self.exact:
            return str(int(self))
        return self.text

    @property
    def text(self) -> str:
        """The number for people: ``1,050,000``, ``at least 1,050,000``, or ``?``."""
        if self.exact:
            return f"{int(self):,}"
        # "At least 0" says nothing.
        if self:
            return f"at least {int(self):,}"
        return "?"


UNKNOWN_TOTAL = Total(0, exact=False)


def total(number: int | None) -> Total:
    """A number that may be unknown."""
    if number is None:
        return UNKNOWN_TOTAL
    return Total(number)


def elements(shape: Shape) -> Total:
    """The number of elements of a blob."""
    if is_known(shape):
        return Total(count(shape))
    return UNKNOWN_TOTAL


def total_of(totals: Iterable[Total]) -> Total:
    """The sum; one unknown part makes it a lower bound."""
    known = 0
    exact = True
    for each in totals:
        known += each
        exact = exact and each.exact
    return Total(known, exact)
