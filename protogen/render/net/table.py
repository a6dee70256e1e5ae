"""A table with a row for each layer, and the totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from protogen.diagnostics import plural
from protogen.render.context import Context
from protogen.render.table import Table, table_text
from protogen.reports.summary import (
    LayerPhases,
    NetSummary,
    Row,
    Summary,
    align_phases,
)
from protogen.shapes import format_shape

__all__ = ["INCLUDES_DIAGNOSTICS", "render"]

INCLUDES_DIAGNOSTICS = False

#: Marks a layer whose shapes differ between phases.
_DIFFERS = "*"

_FLOAT_BYTES = 4

#: So many roundings are worth a line; a net from Caffe may round at every pooling.
_MOST_ROUNDINGS = 4


def render(nets: Iterable[NetSummary], context: Context) -> Iterator[str]:
    """The table and the totals of each net, below its title if it has one."""
    gap = ""
    for net in nets:
        if net.title:
            yield f"{gap}{net.title}"
        yield from _net(net.phases, context)
        # An empty line between two nets.
        gap = "\n"


def _net(phases: Sequence[Summary], context: Context) -> Iterator[str]:
    has_layers = any(summary.rows for summary in phases)
    # The text could not be read, as the diagnostics say.
    if not has_layers and not phases[0].ok:
        return
    if len(phases) == 1:
        yield table_text(_layers_table(phases[0]), context.terminal)
        yield _totals(phases[0])
        yield from _roundings(phases[0])
        return
    yield table_text(_phases_table(phases), context.terminal)
    for summary in phases:
        yield f"{summary.phase}: {_totals(summary)}"


def _roundings(summary: Summary) -> Iterator[str]:
    """A line for each of the first poolings that Caffe rounds up."""
    for each in summary.roundings[:_MOST_ROUNDINGS]:
        caffe, floor = format_shape(each.caffe), format_shape(each.floor)
        yield (
            f"{each.layer}: Caffe rounds up to {caffe}; frameworks that round down, as PyTorch and"
            f" ONNX do by default, have {floor}"
        )
    more = len(summary.roundings) - _MOST_ROUNDINGS
    if more > 0:
        yield f"and {plural(more, 'more pooling')} that Caffe rounds up"


def _layers_table(summary: Summary) -> Table:
    """A row for each layer of one phase."""
    titles = ("layer", "type", "tops", "learnable", "parameters", "MACs")
    rows = []
    for row in summary.rows:
        numbers = (_parameters(row), _macs(row))
        rows.append((row.name, row.type, _tops(row), _learnable(row), *numbers))
    return Table(titles, rows, right=(4, 5), least=(3, 1, 4, 5))


def _phases_table(summaries: Sequence[Summary]) -> Table:
    """A row for each layer of any phase, with its tops in each."""
    tops = [f"tops in {summary.phase}" for summary in summaries]
    rows = [_phases_row(layer) for layer in align_phases(summaries)]
    return Table(("", "layer", "type", *tops, "learnable"), rows)


def _phases_row(layer: LayerPhases) -> tuple[str, ...]:
    # A layer that does not run in a phase has a dash there.
    tops = [_tops(row) if row else "-" for row in layer.rows]
    # Each set of learnable blobs once; most layers learn the same in all phases.
    learnable = dict.fromkeys(map(_learnable, layer.running))
    return (
        _DIFFERS if layer.differs else "",
        layer.first.name,
        layer.first.type,
        *tops,
        " / ".join(learnable),
    )


def _tops(row: Row) -> str:
    """The name and the shape of each top.

    The name is left out if there is one top and it has the name of the layer, as is usual.
    """
    cells = []
    for index, (name, shape) in enumerate(row.tops):
        cell = format_shape(shape)
        if len(row.tops) > 1 or name != row.name:
            cell = f"{name} {cell}"
        if index in row.in_place:
            cell += " (in place)"
        cells.append(cell)
    return ", ".join(cells)


def _learnable(row: Row) -> str:
    return ", ".join([f"{blob.name} {format_shape(blob.shape)}" for blob in row.blobs])


def _parameters(row: Row) -> str:
    # Not a 0, so that the layers that learn stand out.
    if row.parameters == 0:
        return ""
    return row.parameters.text


def _macs(row: Row) -> str:
    if row.macs is None:
        return "?"
    if row.macs == 0:
        return ""
    return f"{row.macs:,}"


def _totals(summary: Summary) -> str:
    """The totals in one line."""
    elements = summary.activations
    size = ""
    if elements.exact:
        mebibytes = elements.known * _FLOAT_BYTES / 2**20
        size = f" ({mebibytes:.1f} MiB as floats)"
    parts = [plural(len(summary.rows), "layer"), f"{summary.parameters.text} parameters"]
    if summary.statistics:
        parts.append(f"{summary.statistics.text} statistics of BatchNorm")
    parts.append(f"{summary.macs.text} multiply-accumulates")
    parts.append(f"{elements.text} elements in blobs{size}")
    return ", ".join(parts)
