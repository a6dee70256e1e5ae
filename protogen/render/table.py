"""Tables: boxes and colors on a terminal, plain columns at their full width elsewhere."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Literal, NamedTuple, TextIO

from protogen.diagnostics import one_line

__all__ = ["Table", "boxed", "plain", "show", "table_text"]


class Table(NamedTuple):
    """Rows of cells below their titles; the columns whose indices are in ``right`` align right."""

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[int] = ()


def show(out: TextIO, table: Table) -> None:
    """Write a table in the form that suits ``out``."""
    out.write(table_text(table, out.isatty()) + "\n")


def table_text(table: Table, terminal: bool) -> str:
    """A table for a terminal, or for a file or pipe."""
    return boxed(table) if terminal else plain(table)


def plain(table: Table) -> str:
    """The table in columns two spaces apart."""
    # A name from a net may contain line breaks, which would break the rows.
    lines = [list(map(one_line, line)) for line in [table.titles, *table.rows]]
    columns = zip(*lines)
    widths = [max(map(len, column)) for column in columns]
    return "\n".join(_plain_line(line, widths, table.right) for line in lines)


def _plain_line(cells: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> str:
    aligned = []
    for index, (cell, width) in enumerate(zip(cells, widths)):
        aligned.append(cell.rjust(width) if index in right else cell.ljust(width))
    return "  ".join(aligned).rstrip()


def boxed(table: Table) -> str:
    """The table as wide as the terminal; a long cell is folded, never cut off."""
    # rich takes about 60 ms to import, and only tables on a terminal need it.
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, title in enumerate(table.titles):
        justify: Literal["right", "left"] = "right" if index in table.right else "left"
        drawn.add_column(title, justify=justify, overflow="fold")
    for row in table.rows:
        # As Text, because in a str rich would read brackets as markup.
        drawn.add_row(*[Text(one_line(cell)) for cell in row])
    console = Console(file=io.StringIO(), force_terminal=True)
    with console.capture() as capture:
        console.print(drawn)
    return capture.get().removesuffix("\n")
