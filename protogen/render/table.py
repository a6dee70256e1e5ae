"""Tables: boxes and colour on a terminal, plain columns at their full width in a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

__all__ = ["plain", "show"]

Rows = Sequence[Sequence[str]]


def plain(titles: Sequence[str], rows: Rows, right: Sequence[int] = ()) -> str:
    """Columns two spaces apart; those whose number is in ``right`` are set flush right."""
    table = [titles, *rows] if any(titles) else [*rows]
    widths = [max(map(len, column)) for column in zip(*table)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in table
    )


def show(out: TextIO, titles: Sequence[str], rows: Rows, right: Sequence[int] = ()) -> None:
    """Write a table as suits where it goes."""
    if not out.isatty():
        out.write(plain(titles, rows, right) + "\n")
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for index, title in enumerate(titles):
        flush = "right" if index in right else "left"
        table.add_column(title, justify=flush, overflow="fold")  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*map(Text, row))
    Console(file=out).print(table)
