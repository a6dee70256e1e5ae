"""Sizes on the command line: a number for both axes, or height and width."""

from __future__ import annotations

import re
from typing import Any

import click

__all__ = ["LARGEST", "AxisSizes"]

#: Larger axes do not occur, and their windows would not fit into memory.
LARGEST = 1_000_000

_SIZES = re.compile(r"(\d{1,9})(?:x(\d{1,9}))?", re.ASCII)


class AxisSizes(click.ParamType):  # type: ignore[type-arg]
    """A number for both axes, or height and width: ``7`` or ``7x9``."""

    name = "N or HxW"

    def __init__(self, least: int) -> None:
        self.least = least

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        height = width = -1
        found = _SIZES.fullmatch(str(value).lower())
        if found:
            height, width = int(found[1]), int(found[2] or found[1])
        if min(height, width) < self.least or max(height, width) > LARGEST:
            expected = f"an integer from {self.least} to {LARGEST}, or two like 7x9"
            self.fail(f'expected {expected}, got "{value}"', param, ctx)
        return height, width
