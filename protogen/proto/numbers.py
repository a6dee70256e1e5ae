"""Numbers of fields when the fields of two schemas come together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["SPARE_NUMBERS", "separate_numbers"]

#: From here on, numbers of fields and enum values whose own number another one has.
SPARE_NUMBERS = 500_000


def separate_numbers(fields: Iterable[Any]) -> None:
    """Give a field another number if one before it has the same."""
    taken: set[int] = set()
    for field in fields:
        while field.number in taken:
            field.number = SPARE_NUMBERS + len(taken)
        taken.add(field.number)
