"""One JSON object with the layers, the totals and the diagnostics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from protogen.render.context import Context
from protogen.render.diagnostic import diagnostic_data
from protogen.render.json import dumps
from protogen.reports.summary import NetSummary, Row, Summary, Total

__all__ = ["INCLUDES_DIAGNOSTICS", "render"]

INCLUDES_DIAGNOSTICS = True


def render(nets: Iterable[NetSummary], context: Context) -> Iterator[str]:
    """A single net, or a list of nets below ``nets``."""
    nets = list(nets)
    # Without a title one net was asked for, and a script need not look for it in a list.
    if len(nets) == 1 and not nets[0].title:
        yield dumps(_net(nets[0]))
    else:
        yield dumps({"nets": [{"file": net.title, **_net(net)} for net in nets]})


def _net(net: NetSummary) -> dict[str, object]:
    phases = [_phase(summary) for summary in net.phases]
    if len(phases) == 1:
        return phases[0]
    return {"phases": phases}


def _phase(summary: Summary) -> dict[str, object]:
    """A net in one phase. A total is ``null`` if some part of it is unknown."""
    return {
        "phase": summary.phase,
        "layers": [_layer(row) for row in summary.rows],
        "parameters": _total(summary.parameters),
        "statistics": _total(summary.statistics),
        "macs": _total(summary.macs),
        "activations": _total(summary.activations),
        "ok": summary.ok,
        "diagnostics": [diagnostic_data(each) for each in summary.diagnostics],
    }


def _layer(row: Row) -> dict[str, object]:
    tops = []
    for index, (name, shape) in enumerate(row.tops):
        tops.append({"name": name, "shape": shape, "in_place": index in row.in_place})
    return {
        "index": row.index,
        "name": row.name,
        "type": row.type,
        "tops": tops,
        "learnable": [{"name": blob.name, "shape": blob.shape} for blob in row.blobs],
        "parameters": _total(row.parameters),
        "statistics": _total(row.statistics),
        "macs": row.macs,
    }


def _total(total: Total) -> int | None:
    # The known part of a total may be far from it.
    if not total.exact:
        return None
    return total.known
