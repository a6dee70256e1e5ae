"""What a net computes, and what its reductions save: as text, and as data for scripts."""

from __future__ import annotations

from typing import Any

from protogen.render.numbers import bytes_text, exact_and_short
from protogen.render.table import Table, table_text
from protogen.reports.cost import KINDS, Cost, LayerCost
from protogen.reports.reductions import Reductions
from protogen.reports.totals import Total

__all__ = ["data", "reductions_data", "reductions_text", "text"]


def text(cost: Cost, terminal: bool = False) -> str:
    """A row for each layer, per image, and the totals."""
    numbers = tuple(range(2, 4 + len(KINDS)))
    titles = ("layer", "type", "MACs", *KINDS, "column buffer")
    rows = [_row(layer, cost.images) for layer in cost.layers]
    sums = [cost.macs, *map(cost.count, KINDS)]
    # One buffer serves all layers, so that a sum of buffers would mean nothing.
    rows.append(["total", "", *[number.per(cost.images).text for number in sums], ""])
    table = Table(titles, rows, numbers, least=(8, 1, 5, 7, 4, 3, 6))
    return "\n".join([table_text(table, terminal), "", *_totals(cost)])


def _row(layer: LayerCost, images: int) -> list[str]:
    cells = []
    for number in (layer.macs, *map(layer.count, KINDS)):
        # Not a 0, so that what a layer does stands out.
        cells.append("" if number == 0 else number.per(images).text)
    buffer = layer.column_buffer
    cells.append("" if buffer == 0 else bytes_text(buffer))
    return [layer.name, layer.type, *cells]


def _totals(cost: Cost) -> list[str]:
    macs = f"{exact_and_short(cost.macs.per(cost.images))} multiply-accumulates per image"
    if cost.images > 1:
        macs += f", {exact_and_short(cost.macs)} for the batch of {cost.images}"
    sizes = [f"{bytes_text(cost.parameters.times(size))} as {name}" for name, size in _FORMATS]
    return [macs, f"{exact_and_short(cost.parameters)} parameters: {', '.join(sizes)}"]


#: What a number of the weights takes up in each format, in bytes.
_FORMATS = (("fp32", 4), ("fp16", 2), ("int8", 1))


def data(cost: Cost) -> dict[str, Any]:
    """The cost of the batch for scripts; what is unknown is ``None``."""
    layers = []
    for layer in cost.layers:
        layers.append(
            {
                "name": layer.name,
                "type": layer.type,
                "macs": _number(layer.macs),
                **{kind: _number(layer.count(kind)) for kind in KINDS},
                "column_buffer": _number(layer.column_buffer),
            }
        )
    return {
        "name": cost.name,
        "phase": cost.phase,
        "batch": cost.batch,
        "macs": _number(cost.macs),
        **{kind: _number(cost.count(kind)) for kind in KINDS},
        "parameters": _number(cost.parameters),
        "weight_bytes": {name: _number(cost.parameters.times(size)) for name, size in _FORMATS},
        "layers": layers,
    }


def _number(number: Total) -> int | None:
    if not number.exact:
        return None
    return int(number)


# Reductions ------------------------------------------------------------------------------------

_TITLES = (
    "reduction",
    "channels",
    "read by",
    "MACs",
    "without it",
    "times",
    "parameters",
    "without it",
    "times",
)


def reductions_text(found: Reductions, terminal: bool = False) -> str:
    """A row for each reduction, per image, and the totals of the net."""
    if not found.rows:
        return "no 1x1 reductions"
    rows = []
    for row in found.rows:
        channels = f"{row.channels} to {row.reduced}"
        rows.append([row.name, channels, ", ".join(row.readers)])
        rows[-1] += _pair(row.macs // found.images, row.macs_without // found.images)
        rows[-1] += _pair(row.parameters, row.parameters_without)
    macs = (found.macs.per(found.images), found.macs_without.per(found.images))
    # Without all of them at once, which is not the sum of the rows.
    rows.append(["the whole net, without any", "", "", *_pair(*macs)])
    rows[-1] += _pair(found.parameters, found.parameters_without)
    table = Table(_TITLES, rows, right=(3, 4, 5, 6, 7, 8), least=(2, 8, 7, 6, 1))
    return table_text(table, terminal)


def _pair(number: int, without: int) -> list[str]:
    times = ""
    if number:
        times = f"{without / number:.2f}"
    return [_exact(number), _exact(without), times]


def _exact(number: int) -> str:
    # A total says if it is only a lower bound.
    if isinstance(number, Total):
        return number.text
    return f"{number:,}"


def reductions_data(found: Reductions) -> dict[str, Any]:
    """The reductions for scripts, with the MACs of the batch."""
    return {
        "batch": found.batch,
        "macs": _number(found.macs),
        "macs_without": _number(found.macs_without),
        "parameters": _number(found.parameters),
        "parameters_without": _number(found.parameters_without),
        "reductions": [vars(row) for row in found.rows],
    }
