"""Tables: boxes and colors on a terminal, plain columns at their full width elsewhere.

The same table is Markdown, CSV and HTML, too.
"""

from __future__ import annotations

import csv
import html as escaping
import io
import shutil
from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple, TextIO

from protogen.diagnostics import one_line

__all__ = ["Table", "boxed", "csv_text", "html", "markdown", "plain", "show", "table_text"]

#: A column of words that is wider may be folded to this width, and its cells take several lines.
_FOLDED = 24

#: A column of words is never narrower than this, if its cells are wider.
_NARROWEST = 8

#: What a box takes between two columns, and at both edges together.
_GAP, _EDGES = 3, 2


class Table(NamedTuple):
    """Rows of cells below their titles; the columns whose indices are in ``right`` align right.

    Those are numbers, which are never broken. ``least`` are the columns that a terminal without
    room for all of them leaves out, the least useful one first.
    """

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[int] = ()
    least: Sequence[int] = ()


def show(out: TextIO, table: Table) -> None:
    """Write a table in the form that suits ``out``."""
    out.write(table_text(table, out.isatty()) + "\n")


def table_text(table: Table, terminal: bool) -> str:
    """A table for a terminal, or for a file or pipe.

    Only a terminal has a width. In a pipe the table is as wide as its cells, and every column is
    there, as in the output of git and ruff: what reads it looks for a column or a name, and 80
    columns would be a guess. A pager such as ``less -S`` scrolls.
    """
    if terminal:
        return boxed(table)
    return plain(table)


def plain(table: Table) -> str:
    """The table in columns two spaces apart."""
    # A name from a net may contain line breaks, which would break the rows.
    lines = [list(map(one_line, line)) for line in [table.titles, *table.rows]]
    columns = zip(*lines)
    widths = [max(map(len, column)) for column in columns]
    return "\n".join([_plain_line(line, widths, table.right) for line in lines])


def _plain_line(cells: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> str:
    aligned = []
    for index, (cell, width) in enumerate(zip(cells, widths)):
        aligned.append(cell.rjust(width) if index in right else cell.ljust(width))
    # A file should have no spaces at the ends of lines.
    return "  ".join(aligned).rstrip()


# Terminals -------------------------------------------------------------------------------------


def boxed(table: Table) -> str:
    """The table as wide as the terminal. Words are folded, never cut off, and numbers stay whole.

    Columns for which there is no room are named below it.
    """
    # rich takes about 60 ms to import, and only tables on a terminal need it.
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    width = shutil.get_terminal_size().columns
    left_out = _left_out(table, width)
    shown = [index for index in range(len(table.titles)) if index not in left_out]
    drawn = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for index in shown:
        is_number = index in table.right
        justify: Literal["right", "left"] = "right" if is_number else "left"
        title = table.titles[index]
        drawn.add_column(title, justify=justify, overflow="fold", no_wrap=is_number)
    for row in table.rows:
        # As Text, because in a str rich would read brackets as markup.
        drawn.add_row(*[Text(one_line(row[index])) for index in shown])
    # A table that is too wide is better than one whose names are squeezed to nothing.
    width = max(width, _width(table, shown))
    console = Console(file=io.StringIO(), force_terminal=True, width=width)
    with console.capture() as capture:
        console.print(drawn)
    text = capture.get().removesuffix("\n")
    if not left_out:
        return text
    names = ", ".join([table.titles[index] for index in sorted(left_out)])
    return f"{text}\nleft out for lack of room: {names}"


def _left_out(table: Table, width: int) -> Collection[int]:
    """The columns to leave out so that the others fit."""
    shown = list(range(len(table.titles)))
    left_out: list[int] = []
    for index in table.least:
        if _width(table, shown, _FOLDED) <= width:
            break
        left_out.append(index)
        shown.remove(index)
    return left_out


def _width(table: Table, shown: Sequence[int], words: int = _NARROWEST) -> int:
    """The width of the columns ``shown`` if those of words take at most ``words`` characters."""
    total = _GAP * (len(shown) - 1) + _EDGES
    columns = list(zip(table.titles, *table.rows))
    for index in shown:
        longest = max([len(one_line(cell)) for cell in columns[index]])
        # A number is never broken.
        total += longest if index in table.right else min(longest, words)
    return total


# Other formats ---------------------------------------------------------------------------------


def markdown(table: Table) -> str:
    """The table as GitHub's Markdown."""
    lines = [_markdown_line(table.titles)]
    rules = []
    for index in range(len(table.titles)):
        rules.append("---:" if index in table.right else "---")
    lines.append(f"| {' | '.join(rules)} |")
    lines += map(_markdown_line, table.rows)
    return "\n".join(lines)


def _markdown_line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_markdown_cell, cells))} |"


def _markdown_cell(cell: str) -> str:
    text = one_line(cell).replace("\\", "\\\\")
    # A bar ends the cell, and the others begin markup: a layer may be called <b>.
    for mark in "|*`<[":
        text = text.replace(mark, f"\\{mark}")
    return text


def csv_text(table: Table) -> str:
    """The table as CSV with a line of titles, for spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.titles)
    writer.writerows(table.rows)
    return out.getvalue().removesuffix("\n")


def html(table: Table) -> str:
    """The table as HTML, for a notebook."""
    lines = [f"<table>\n<thead>{_html_row('th', table.titles, table.right)}</thead>\n<tbody>"]
    for row in table.rows:
        lines.append(_html_row("td", row, table.right))
    return "\n".join([*lines, "</tbody>\n</table>"])


def _html_row(tag: str, cells: Sequence[str], right: Sequence[int]) -> str:
    parts = [_html_cell(tag, cell, index in right) for index, cell in enumerate(cells)]
    return f"<tr>{''.join(parts)}</tr>"


def _html_cell(tag: str, cell: str, right: bool) -> str:
    side = "left"
    if right:
        side = "right"
    return f'<{tag} style="text-align: {side}">{escaping.escape(one_line(cell))}</{tag}>'
