"""The layers of a net as the cells of a table."""

from __future__ import annotations

from protogen.render.table import Table
from protogen.reports.summary import Row, Side, Summary, Total, beside
from protogen.shapes import format_shape

__all__ = ["layers_table", "phases_table", "totals"]

#: Marks a layer that runs in several phases with other shapes.
_DIFFERS = "*"


def layers_table(summary: Summary) -> Table:
    """A row for each layer of one phase."""
    titles = ("layer", "type", "tops", "learnable", "parameters", "MACs")
    rows = [(row.name, row.type, _tops(row), *_costs(row)) for row in summary.rows]
    return Table(titles, rows, right=(4, 5))


def phases_table(summaries: list[Summary]) -> Table:
    """A row for each layer of any phase; where its shapes differ, ``*`` marks it."""
    phases = [summary.phase for summary in summaries]
    titles = ("", "layer", "type", *(f"tops in {phase}" for phase in phases), "learnable")
    rows = [
        (
            _DIFFERS if side.differs else "",
            side.row.name,
            side.row.type,
            *("-" if row is None else _tops(row) for row in side.rows),
            _learnable_of(side),
        )
        for side in beside(summaries)
    ]
    return Table(titles, rows)


def _tops(row: Row) -> str:
    """``name shape`` of each top; the shape alone where the only top has the layer's name."""
    cells = []
    for index, (name, shape) in enumerate(row.tops):
        own = len(row.tops) == 1 and name == row.name
        overwrites = " (in place)" if index in row.in_place else ""
        cells.append(f"{'' if own else name + ' '}{format_shape(shape)}{overwrites}")
    return ", ".join(cells)


def _learnable(row: Row) -> str:
    return ", ".join(f"{blob.name} {format_shape(blob.shape)}" for blob in row.blobs)


def _learnable_of(side: Side) -> str:
    return " / ".join(dict.fromkeys(_learnable(row) for row in side.rows if row is not None))


def _costs(row: Row) -> tuple[str, str, str]:
    macs = "?" if row.macs is None else f"{row.macs:,}" if row.macs else ""
    parameters = _number(row.parameters) if row.blobs or not row.parameters.exact else ""
    return _learnable(row), parameters, macs


def _number(total: Total) -> str:
    if total.exact:
        return f"{total.known:,}"
    return f"at least {total.known:,}" if total.known else "?"


def totals(summary: Summary) -> str:
    """The sums in one line."""
    layers = len(summary.rows)
    elements = summary.activations
    size = f" ({elements.known * 4 / 2**20:.1f} MiB as floats)" if elements.exact else ""
    return (
        f"{layers} layer{'' if layers == 1 else 's'}, {_number(summary.parameters)} parameters,"
        f" {_number(summary.macs)} multiply-accumulates,"
        f" {_number(elements)} elements in blobs{size}"
    )
