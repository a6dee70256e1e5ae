"""A net in one phase, layer by layer, and what it adds up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from protogen.graph import Step
from protogen.analysis import Analysis
from protogen.schema import Learnable
from protogen.shapes import Shape, count

__all__ = ["Row", "Side", "Summary", "Total", "beside", "summarize"]


class Total(NamedTuple):
    """A sum; not ``exact`` where some part of it is not known, so that it is at least ``known``."""

    known: int
    exact: bool = True


@dataclass(frozen=True)
class Row:
    """One layer that runs. ``index`` is its place in the net, ``in_place`` its overwriting tops.

    ``parameters`` counts what it learns itself, not what it shares with a layer before it.
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
    """A net in one phase: its layers and totals.

    ``activations`` counts the elements of all tops but those written in place; as floats, each
    takes 4 bytes.
    """

    phase: str
    rows: list[Row]
    parameters: Total
    macs: Total
    activations: Total


def summarize(analysis: Analysis) -> Summary:
    """Rows and totals of an analysis."""
    owned: set[str] = set()
    rows = [_row(step, owned) for step in analysis.steps]
    return Summary(
        analysis.phase,
        rows,
        _add(row.parameters for row in rows),
        _add(_total(row.macs) for row in rows),
        _add(_elements(shape) for row in rows for shape in _written(row)),
    )


def _row(step: Step, owned: set[str]) -> Row:
    layer, facts = step.layer, step.facts
    tops = tuple((value.name, value.shape) for value in step.tops)
    own = []
    for index, blob in enumerate(facts.blobs):
        shared = layer.param[index].name if index < len(layer.param) else ""
        if not shared or shared not in owned:
            own.append(blob)
        owned |= {shared} - {""}
    parameters = _add(_elements(blob.shape) for blob in own)
    return Row(
        step.index,
        layer.name,
        layer.type,
        tops,
        step.in_place,
        facts.blobs,
        # Of a layer that is not understood nobody knows what it learns, either.
        parameters if facts.macs is not None or facts.blobs else Total(0, False),
        facts.macs,
    )


def _written(row: Row) -> Iterable[Shape]:
    return (shape for index, (_, shape) in enumerate(row.tops) if index not in row.in_place)


def _elements(shape: Shape) -> Total:
    if shape is None or None in shape:
        return Total(0, False)
    return Total(int(count(shape)))


def _total(number: int | None) -> Total:
    return Total(0, False) if number is None else Total(number)


def _add(totals: Iterable[Total]) -> Total:
    known, exact = 0, True
    for total in totals:
        known += total.known
        exact = exact and total.exact
    return Total(known, exact)


class Side(NamedTuple):
    """One layer in several phases: its row in each, ``None`` where it does not run."""

    rows: tuple[Row | None, ...]

    @property
    def row(self) -> Row:
        """The layer in the first phase where it runs."""
        return next(row for row in self.rows if row is not None)

    @property
    def differs(self) -> bool:
        """Whether it runs in several phases and makes other shapes in one of them."""
        running = [row for row in self.rows if row is not None]
        return any((row.tops, row.blobs) != (running[0].tops, running[0].blobs) for row in running)


def beside(summaries: list[Summary]) -> list[Side]:
    """The layers of several phases of one net, side by side in the net's order."""
    by_index = [{row.index: row for row in summary.rows} for summary in summaries]
    order = sorted(set().union(*by_index))
    return [Side(tuple(rows.get(index) for rows in by_index)) for index in order]
