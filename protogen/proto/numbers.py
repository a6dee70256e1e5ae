"""Numbers of fields when the fields of two schemas come together."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

__all__ = ["free_number", "separate_numbers"]

#: From here on, numbers of fields and enum values whose own number another one has.
_SPARE_NUMBERS = 500_000


def separate_numbers(fields: Iterable[Any]) -> None:
    """Give a field another number if one before it has the same."""
    taken: set[int] = set()
    for field in fields:
        if field.number in taken:
            field.number = free_number(field.number, taken)
        taken.add(field.number)


def free_number(wanted: int, taken: Collection[int]) -> int:
    """This number, or if it is taken a spare one."""
    number = wanted
    # The first try is free, unless a schema itself has numbers as high as the spare ones.
    while number in taken:
        number = max(number + 1, _SPARE_NUMBERS + len(taken))
    return number
