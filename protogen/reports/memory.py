"""The memory of the blobs of a net: what Caffe logs, what it allocates, and the least possible.

Caffe keeps every blob for as long as the net exists, and its log counts even what takes no memory:
a top written in place, and the tops of the Split layers that it inserts.
(source: ``Net::Init``; each number was compared with real runs)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from protogen.analysis import Analysis
from protogen.gradients import is_updated, passing_gradients
from protogen.graph import Step, Value
from protogen.memory import shared_bottom
from protogen.reports.totals import Total, elements, total_of

__all__ = ["FLOAT_BYTES", "MemoryUse", "measure_memory"]

FLOAT_BYTES = 4


@dataclass(frozen=True)
class MemoryUse:
    """The bytes that the blobs of a net take up as 32-bit floats.

    ``logged`` is the last "Memory required for data" of Caffe's log: every top of every layer, with
    those written in place and those of the Split layers that Caffe inserts.

    ``allocated`` is what Caffe allocates: blobs that use the memory of another blob are not counted
    again. These are the tops written in place, and those of Split, Flatten and Reshape, and of a
    Concat with one bottom and a Slice with one top, unless a Split comes before them. It is the
    memory after the first forward pass, because some layers share memory only when they run.

    ``peak`` is what the largest layer needs if memory is reused: a blob gets its memory at the
    first layer that has it as bottom or top, and frees it after the last one. Outputs of the net
    stay. Caffe does not free memory; other engines do.

    None of the three counts gradients, learnable blobs or the buffers inside layers. ``gradients``
    is what training adds: a second number for each element that a gradient passes through on its
    way from a loss to what is learned. Each branch of a Split has its own. It is 0 in TEST.
    """

    logged: Total
    allocated: Total
    peak: Total
    gradients: Total


def measure_memory(analysis: Analysis) -> MemoryUse:
    """The memory of the blobs in one state."""
    buffers = list(_buffers(analysis))
    return MemoryUse(
        logged=_bytes(_logged(analysis.steps)),
        allocated=_bytes(buffer.size for buffer in buffers),
        peak=_peak(buffers),
        gradients=_bytes(_gradients(analysis)),
    )


def _bytes(sizes: Iterable[Total]) -> Total:
    return total_of(sizes).times(FLOAT_BYTES)


def _logged(steps: Iterable[Step]) -> Iterator[Total]:
    """The elements of each top that Caffe's log counts."""
    for step in steps:
        # The facts include the top that Caffe adds to a loss without one.
        yield from map(elements, step.facts.tops)
        for value in step.tops:
            # A Split has a top for each reader, and one for a loss weight on the blob itself.
            if value.split:
                branches = len(value.readers) + value.weighed
                yield elements(value.shape).times(branches)


def _gradients(analysis: Analysis) -> Iterator[Total]:
    """The elements of each blob that Caffe computes a gradient of.

    A top that shares the memory of its bottom shares its gradient, too, except those of a Split.
    (source: ``bottom_need_backward_`` in ``Net::Init``; ``ShareDiff`` in these layers)
    """
    passing = passing_gradients(analysis)
    if not passing:
        return
    for step in analysis.steps:
        # The first layers that learn pass no gradient on, but need that of their top.
        needs_gradient = step in passing or is_updated(step)
        if not needs_gradient:
            continue
        for position, value in enumerate(step.tops):
            yield from _gradients_of(step, position, value, passing)


def _gradients_of(
    step: Step, position: int, value: Value, passing: Collection[Step]
) -> Iterator[Total]:
    """The elements of the gradients of one top: its own, and those of the branches of a Split."""
    branches = sum(reader in passing for reader in value.readers)
    # What only an Accuracy reads, say, has no gradient.
    if not branches:
        return
    gradient = elements(value.shape)
    has_own = shared_bottom(step, position) is None
    if has_own or step.type == "Split":
        yield gradient
    # The Split that Caffe inserts adds up the gradients of its branches.
    if value.split:
        yield gradient.times(branches)


@dataclass
class _Buffer:
    """Memory for ``size`` elements, in use from the step ``first`` to the step ``last``."""

    size: Total
    first: int
    last: int

    def extend(self, last: int) -> None:
        """Use the memory up to a later step, if it is one."""
        self.last = max(self.last, last)


def _buffers(analysis: Analysis) -> Iterator[_Buffer]:
    """The memory of every blob, each piece once."""
    found: dict[Value, _Buffer] = {}
    end = len(analysis.steps) - 1
    for position, step in enumerate(analysis.steps):
        for value in filter(None, step.bottoms):
            found[value].extend(position)
        for index, value in enumerate(step.tops):
            shared = shared_bottom(step, index)
            if shared is None or _shares_early(step, shared):
                buffer = _Buffer(elements(value.shape), position, position)
                yield buffer
            else:
                buffer = found[shared]
            found[value] = buffer
            if value.readers:
                buffer.extend(position)
            else:
                # What nobody reads is an output of the net, which the caller reads at the end.
                buffer.extend(end)
        added = step.facts.tops[len(step.tops) :]
        for shape in added:
            # The top that Caffe adds has no name in the net, so it is not an output either.
            yield _Buffer(elements(shape), position, position)


def _shares_early(step: Step, bottom: Value) -> bool:
    """Whether a layer shares memory that its bottom leaves later.

    Concat and Slice share when they are set up, a Split and a Flatten when they run. Until then the
    top of a Split has its own memory, and a Concat after it shares that memory.
    """
    if step.type not in ("Concat", "Slice"):
        return False
    return bottom.split or not _is_settled(bottom)


def _is_settled(value: Value) -> bool:
    """Whether a blob keeps the memory that it has when the net is set up."""
    # Follow the layers that pass their memory on, up to the one that allocates it.
    bottom = shared_bottom(value.step, value.top)
    while bottom is not None:
        # Their memory is settled at setup, whatever comes before them.
        if value.step.type in ("Concat", "Slice"):
            return True
        # These share when they run, and so does the Split that Caffe inserts.
        shares_late = value.step.type in ("Flatten", "Split")
        if bottom.split or shares_late:
            return False
        value = bottom
        bottom = shared_bottom(value.step, value.top)
    return True


def _peak(buffers: Iterable[_Buffer]) -> Total:
    """The bytes at the step where most memory is in use."""
    # By step: what is allocated there, less what the step before it was the last one to need.
    changes: dict[int, int] = {}
    exact = True
    for buffer in buffers:
        changes[buffer.first] = changes.get(buffer.first, 0) + buffer.size
        changes[buffer.last + 1] = changes.get(buffer.last + 1, 0) - buffer.size
        exact = exact and buffer.size.exact
    used = most = 0
    for position in sorted(changes):
        used += changes[position]
        most = max(most, used)
    return Total(most * FLOAT_BYTES, exact)
