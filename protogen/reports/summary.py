"""A net in one phase, layer by layer, and its totals."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any, NamedTuple

from protogen.analysis import Analysis
from protogen.diagnostics import Diagnostic, Severity
from protogen.display import Displayed
from protogen.graph import State, Step
from protogen.inference import Inputs
from protogen.net import Net
from protogen.poolings import Rounding, roundings
from protogen.reports.images import batch_of
from protogen.reports.memory import FLOAT_BYTES, MemoryUse, measure_memory
from protogen.reports.totals import UNKNOWN_TOTAL, Total, elements, total, total_of
from protogen.schema import Learnable
from protogen.shapes import Shape

__all__ = [
    "Group",
    "LayerPhases",
    "NetSummary",
    "Row",
    "Summary",
    "Total",
    "align_phases",
    "default_phase",
    "grouped",
    "summarize",
    "summary",
    "with_batch",
]


@dataclass(frozen=True)
class Row:
    """One layer that runs.

    ``index`` is the layer's position in the net, ``in_place`` the positions of the tops that
    overwrite a bottom. ``parameters`` counts the numbers that it learns, without those that it
    shares with an earlier layer, and ``statistics`` those that a BatchNorm keeps. ``memory`` is the
    bytes of its tops as floats, without those that it writes in place.
    """

    index: int
    name: str
    type: str
    bottoms: tuple[tuple[str, Shape], ...]
    tops: tuple[tuple[str, Shape], ...]
    in_place: frozenset[int]
    blobs: tuple[Learnable, ...]
    parameters: Total
    statistics: Total
    macs: int | None
    memory: Total


@dataclass(frozen=True)
class Summary(Displayed):
    """A net in one phase: its layers, its totals and what is wrong with it.

    ``parameters`` are the numbers that the net learns, ``statistics`` those that its BatchNorm
    layers keep; what layers share counts once. ``macs`` are the multiply-accumulates of a forward
    pass of the whole batch, of ``batch`` images. ``memory`` is that of all blobs.

    ``activations`` counts the elements of all tops except those written in place; each takes 4
    bytes as a float. ``roundings`` are the poolings that other frameworks round in another way.

    Every total is a `Total`: a number which is a lower bound if some part of it is unknown.
    """

    name: str
    phase: str
    rows: list[Row]
    parameters: Total
    statistics: Total
    macs: Total
    activations: Total
    memory: MemoryUse
    batch: int | None = None
    roundings: list[Rounding] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def images(self) -> int:
        """The batch, or 1 if it is unknown."""
        return self.batch or 1

    @property
    def macs_per_image(self) -> Total:
        """The multiply-accumulates of one image, if the batch is known."""
        return self.macs.per(self.images)

    @property
    def ok(self) -> bool:
        """Whether Caffe would accept the net."""
        return not any(each.severity is Severity.ERROR for each in self.diagnostics)

    def text(
        self,
        *,
        depth: int | None = None,
        sort: str | None = None,
        columns: Sequence[str] | None = None,
        terminal: bool = False,
    ) -> str:
        """The table and the totals, as `protogen summary` prints them.

        ``depth`` joins layers whose names agree in so many parts between slashes. ``sort`` and
        ``columns`` name columns. ``terminal`` fits the table to the terminal.
        """
        render: Any = importlib.import_module("protogen.render.summary")
        layout = render.Layout(columns or (), depth, sort)
        return str(render.text(self, layout, terminal))

    def __repr__(self) -> str:
        totals = f"{self.parameters.text} parameters, {self.macs_per_image.text} MACs per image"
        return f"<summary of {self.name!r} in {self.phase}: {len(self.rows)} layers, {totals}>"


@dataclass(frozen=True)
class NetSummary:
    """A net in one phase or several.

    ``title`` names it in a list of nets, and is empty for a single net.
    """

    title: str
    phases: tuple[Summary, ...]


def summary(
    net: Any,
    phase: str | None = None,
    *,
    level: int = 0,
    stages: Collection[str] = (),
    inputs: Inputs | None = None,
    batch: int | None = None,
) -> Summary:
    """The layers of a net and its totals: parameters, multiply-accumulates, memory.

    ``net`` is a `protogen.Net` or a ``NetParameter`` message. The phase is TEST by default, or
    TRAIN for a net that is intended for TRAIN only. ``inputs`` gives the shapes of tops of data
    layers whose database is unavailable, and ``batch`` another number of images. A net with faults
    has a summary, too: what is unknown is left out of the totals, which are then lower bounds.

    Raises `ValueError` for arguments that make no sense.
    """
    net = Net.of(net)
    state = State(phase or default_phase(net, level, stages), level, stages)
    analysis = net.analysis(state, inputs)
    return summarize(analysis if batch is None else with_batch(analysis, batch))


def default_phase(net: Net, level: int = 0, stages: Collection[str] = ()) -> str:
    """TEST, or TRAIN for a net that is intended for TRAIN only."""
    if "TEST" in net.meant_phases(level, stages):
        return "TEST"
    return "TRAIN"


def summarize(analysis: Analysis) -> Summary:
    """The layers of a net in one phase, and its totals."""
    # The names of shared blobs: each counts in the first layer that has it.
    counted: set[str] = set()
    rows = [_row(step, counted) for step in analysis.steps]
    new_tops: list[Shape] = []
    for step in analysis.steps:
        new_tops += _new_tops(step)
    return Summary(
        str(analysis.message.name),
        analysis.phase,
        rows,
        parameters=total_of(row.parameters for row in rows),
        statistics=total_of(row.statistics for row in rows),
        macs=total_of(total(row.macs) for row in rows),
        activations=total_of(map(elements, new_tops)),
        memory=measure_memory(analysis),
        batch=batch_of(analysis),
        roundings=roundings(analysis),
        diagnostics=analysis.diagnostics,
    )


def _row(step: Step, counted: set[str]) -> Row:
    layer = step.layer
    parameters, statistics = _parameters(step, counted)
    return Row(
        step.index,
        layer.name,
        layer.type,
        tuple(zip(step.wiring.bottoms, step.bottom_shapes)),
        tuple((value.name, value.shape) for value in step.tops),
        step.in_place,
        step.facts.blobs,
        parameters,
        statistics,
        step.facts.macs,
        total_of(map(elements, _new_tops(step))).times(FLOAT_BYTES),
    )


def _parameters(step: Step, counted: set[str]) -> tuple[Total, Total]:
    """What a layer learns, and its statistics. ``counted`` has the shared names so far."""
    facts = step.facts
    # A layer of unknown type, for example, may learn anything.
    if facts.macs is None and not facts.blobs:
        return UNKNOWN_TOTAL, Total(0)
    # A layer may have fewer params than blobs. A blob without a param is not shared.
    names = [param.name for param in step.layer.param]
    learned: list[Total] = []
    statistics: list[Total] = []
    for blob, name in zip(facts.blobs, chain(names, repeat(""))):
        if name in counted:
            continue
        if name:
            counted.add(name)
        number = elements(blob.shape)
        # BatchNorm keeps its statistics in learnable blobs, but no solver trains them.
        if blob.is_statistic:
            statistics.append(number)
        else:
            learned.append(number)
    return total_of(learned), total_of(statistics)


# The batch -------------------------------------------------------------------------------------


def with_batch(analysis: Analysis, batch: int) -> Analysis:
    """The analysis with another number of images, and as many labels.

    Raises `ValueError` for a number below 1, and if the present batch is unknown.
    """
    if batch < 1:
        raise ValueError(f"batch must be 1 or more, got {batch}")
    present = batch_of(analysis)
    if present is None:
        raise ValueError("batch: the net has no images of known shape")
    inputs = {}
    for value in analysis.graph.inputs():
        # Labels have the batch of the images; a blob with another first size has none.
        if value.shape and value.shape[0] == present:
            inputs[value.name] = (batch, *value.shape[1:])
    changed = analysis.edited()
    changed.walk_again({**analysis.inputs, **inputs})
    return changed


def _new_tops(step: Step) -> list[Shape]:
    """The shapes of the tops that do not overwrite a bottom."""
    found = []
    for index, value in enumerate(step.tops):
        if index not in step.in_place:
            found.append(value.shape)
    return found


# Groups ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """Layers with names that begin alike, such as ``inception_3a/``, or a single layer."""

    name: str
    rows: tuple[Row, ...]

    @property
    def row(self) -> Row | None:
        """The only layer, if it is a single one."""
        if len(self.rows) == 1:
            return self.rows[0]
        return None

    @property
    def parameters(self) -> Total:
        """What the layers learn."""
        return total_of(row.parameters for row in self.rows)

    @property
    def statistics(self) -> Total:
        """The statistics that they keep."""
        return total_of(row.statistics for row in self.rows)

    @property
    def macs(self) -> Total:
        """The multiply-accumulates of the batch."""
        return total_of(total(row.macs) for row in self.rows)

    @property
    def memory(self) -> Total:
        """The bytes of their tops."""
        return total_of(row.memory for row in self.rows)


def grouped(rows: Sequence[Row], depth: int | None = None) -> list[Group]:
    """The layers in groups: by the first ``depth`` parts of their names, between slashes.

    Without a depth each layer is a group. Groups are in the order of their first layers.
    """
    if depth is None:
        return [Group(row.name, (row,)) for row in rows]
    found: dict[str, list[Row]] = {}
    for row in rows:
        parts = row.name.split("/")[:depth]
        members = found.setdefault("/".join(parts), [])
        members.append(row)
    groups = []
    for name, members in found.items():
        title = f"{name}/…"
        # A single layer keeps its whole name, which may go deeper.
        if len(members) == 1:
            title = members[0].name
        groups.append(Group(title, tuple(members)))
    return groups


class LayerPhases(NamedTuple):
    """One layer across phases: its row in each, ``None`` where the layer does not run."""

    rows: tuple[Row | None, ...]

    @property
    def running(self) -> list[Row]:
        """The rows of the phases in which the layer runs; at least one."""
        found: list[Row] = []
        for row in self.rows:
            if row is not None:
                found.append(row)
        return found

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
    found: dict[int, list[Row | None]] = {}
    for position, each in enumerate(summaries):
        for row in each.rows:
            phases = found.setdefault(row.index, [None] * len(summaries))
            phases[position] = row
    # A layer that runs in no phase has no entry, so this is not just a range.
    return [LayerPhases(tuple(found[index])) for index in sorted(found)]
