"""A net in one phase, layer by layer, and its totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from protogen.analysis import Analysis
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.poolings import Rounding, roundings
from protogen.reports.totals import UNKNOWN_TOTAL, Total, elements, total, total_of
from protogen.schema import Learnable
from protogen.shapes import Shape

__all__ = ["LayerPhases", "NetSummary", "Row", "Summary", "Total", "align_phases", "summarize"]


@dataclass(frozen=True)
class Row:
    """One layer that runs.

    ``index`` is the layer's position in the net, ``in_place`` the positions of the tops that
    overwrite a bottom. ``parameters`` counts its learnable numbers, without those that it shares
    with an earlier layer.
    """

    index: int
    name: str
    type: str
    tops: tuple[tuple[str, Shape], ...]
    in_place: frozenset[int]
    blobs: tuple[Learnable, ...]
    parameters: Total
    macs: int | None


@dataclass(frozen=True)
class Summary:
    """A net in one phase: its layers, its totals and what is wrong with it.

    ``activations`` counts the elements of all tops except those written in place; each takes 4
    bytes as a float. ``roundings`` are the poolings that other frameworks round otherwise.
    """

    phase: str
    rows: list[Row]
    parameters: Total
    macs: Total
    activations: Total
    roundings: list[Rounding] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether Caffe would accept the net."""
        return not any(each.severity is Severity.ERROR for each in self.diagnostics)


@dataclass(frozen=True)
class NetSummary:
    """A net in one phase or several.

    ``title`` names it in a list of nets, and is empty for a single net.
    """

    title: str
    phases: tuple[Summary, ...]


def summarize(analysis: Analysis) -> Summary:
    """The rows and totals of an analysis."""
    counted: set[str] = set()
    rows = [_row(step, counted) for step in analysis.steps]
    # A top that overwrites a bottom takes no memory of its own.
    new_tops: list[Shape] = []
    for row in rows:
        new_tops += _new_tops(row)
    return Summary(
        analysis.phase,
        rows,
        parameters=total_of(row.parameters for row in rows),
        macs=total_of(total(row.macs) for row in rows),
        activations=total_of(map(elements, new_tops)),
        roundings=roundings(analysis),
        diagnostics=analysis.diagnostics,
    )


def _row(step: Step, counted: set[str]) -> Row:
    layer = step.layer
    return Row(
        step.index,
        layer.name,
        layer.type,
        tuple((value.name, value.shape) for value in step.tops),
        step.in_place,
        step.facts.blobs,
        _parameters(step, counted),
        step.facts.macs,
    )


def _parameters(step: Step, counted: set[str]) -> Total:
    """The learnable numbers of a layer. ``counted`` has the shared names of earlier layers."""
    facts = step.facts
    # A layer of unknown type, for example, may learn anything.
    if facts.macs is None and not facts.blobs:
        return UNKNOWN_TOTAL
    names = [param.name for param in step.layer.param]
    totals = []
    for index, blob in enumerate(facts.blobs):
        # A layer may have fewer params than blobs. A blob without a param is not shared.
        name = names[index] if index < len(names) else ""
        if name not in counted:
            totals.append(elements(blob.shape))
        if name:
            counted.add(name)
    return total_of(totals)


def _new_tops(row: Row) -> list[Shape]:
    """The shapes of the tops that do not overwrite a bottom."""
    return [shape for index, (_, shape) in enumerate(row.tops) if index not in row.in_place]


class LayerPhases(NamedTuple):
    """One layer across phases: its row in each, ``None`` where the layer does not run."""

    rows: tuple[Row | None, ...]

    @property
    def running(self) -> list[Row]:
        """The rows of the phases in which the layer runs; at least one."""
        return [row for row in self.rows if row is not None]

    @property
    def first(self) -> Row:
        """The row of the first phase in which the layer runs."""
        return self.running[0]

    @property
    def differs(self) -> bool:
        """Whether the layer has other shapes in some phase than in the first."""
        shapes = (self.first.tops, self.first.blobs)
        return any((row.tops, row.blobs) != shapes for row in self.running)


def align_phases(summaries: Sequence[Summary]) -> list[LayerPhases]:
    """The layers of one net in several phases, in the order of the net."""
    by_index = [{row.index: row for row in summary.rows} for summary in summaries]
    # A layer that runs in no phase is in none of them, so this is not just a range.
    indices = sorted(set().union(*by_index))
    return [LayerPhases(tuple(rows.get(index) for rows in by_index)) for index in indices]
