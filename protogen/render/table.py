"""Tables: boxes and colour on a terminal, plain columns at their full width in a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TextIO

from protogen.diagnostics import one_line

__all__ = ["Table", "plain", "show"]


class Table(NamedTuple):
    """Cells below their titles; the columns whose numbers are in ``right`` are set flush right."""

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[int] = ()


def plain(table: Table) -> str:
    """The table in columns two spaces apart."""
    lines = [list(map(one_line, line)) for line in [table.titles, *table.rows]]
    widths = [max(map(len, column)) for column in zip(*lines)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if index in table.right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(line, widths))
        ).rstrip()
        for line in lines
    )


def show(out: TextIO, table: Table) -> None:
    """Write a table as suits where it goes; nothing is cut off on a narrow terminal."""
    if not out.isatty():
        out.write(plain(table) + "\n")
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    boxed = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, title in enumerate(table.titles):
        boxed.add_column(
            title, justify="right" if index in table.right else "left", overflow="fold"
        )
    for row in table.rows:
        boxed.add_row(*(Text(one_line(cell)) for cell in row))
    Console(file=out).print(boxed)
