"""Replace the layers that a target lacks, or reads in another way, by layers that it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from protogen import proto
from protogen.analysis import Analysis
from protogen.editing.insertion import replacement
from protogen.editing.removal import removal
from protogen.edits import Edit
from protogen.graph import State, Step
from protogen.net import Net
from protogen.portability.dialect.equivalents import Site
from protogen.portability.dialect.new_names import NewNames
from protogen.portability.dialect.replacement import (
    Replacement,
    lacks,
    message_of,
    replacement_of,
    rewrite_of,
)
from protogen.portability.quirks import quirks_of
from protogen.shapes import Shape
from protogen.targets import Target
from protogen.transforms._transform import (
    Origins,
    Result,
    Transform,
    check_text,
    compose_origins,
    origins_after,
)
from protogen.transforms._weight_changes import WeightChange

__all__ = ["LayerTypes"]


class LayerTypes(Transform):
    """Replace layers so that ``target`` computes what Caffe computes.

    A layer of a type that the target lacks is replaced by others that compute the same: ReLU6 by a
    Clip, Swish by a Sigmoid and a product. A Dropout, a Silence or a Split is removed, unless the
    net is to be trained. A field that the target ignores, or does not read as Caffe does, is
    replaced, too: ``concat_dim`` by ``axis``, the ``k`` of an LRN by a Power layer.
    Layers keep their names if they keep their weights; ``Result.report`` names those that do not.
    """

    requires = "any net"
    ensures = "no new error; every blob that stays keeps its shape"

    def __init__(self, target: Target) -> None:
        self.target = target

    def check(self, net: Net) -> None:
        check_text(net)

    def run(self, net: Net) -> Result:
        net = net.in_current_format()
        result = Result.unmodified(net)
        # Asked for once, because it takes time in the size of the net.
        layers = net.current.message.layer
        wanted = [index for index, layer in enumerate(layers) if self._wants_change(layer)]
        if not wanted:
            return result
        trains = any(analysis.trained for analysis in _phases(net))
        work = _Work(net)
        # From the end, so that the layers yet to come keep their indices.
        for index in reversed(wanted):
            self._replace(work, index, trains)
        work.apply()
        return _reported(work.result, list(reversed(work.done)))

    def _replace(self, work: _Work, index: int, trains: bool) -> None:
        """Replace one layer, if the target needs that."""
        edits, done = self._edits(work, index, trains)
        if done is None:
            return
        # Edits that rewire other layers have to be those of the net as it is by now.
        if work.waiting and not work.can_wait(index, edits):
            work.apply()
            edits, done = self._edits(work, index, trains)
            assert done is not None
        work.done.append(done)
        work.add(edits)
        if not work.can_wait(index, edits):
            work.apply()

    def _edits(self, work: _Work, index: int, trains: bool) -> tuple[list[Edit], _Done | None]:
        """The edits that replace one layer, and what they do; none if it stays."""
        message, phases = work.message, work.phases
        step = work.step(index)
        # A layer that runs in no state is not replaced.
        if step is None:
            return [], None
        names = work.names.attempt()
        site = Site(message.layer[index], step.bottom_shapes, names, trains)
        found = replacement_of(self.target, site) or rewrite_of(self.target, site)
        if found is None:
            return [], None
        new = list(map(message_of, found.layers))
        if new:
            edits = replacement(message, phases, index, new)
        else:
            edits = removal(message, phases, [index])
        return edits, _Done(step, found, [each.name for each in new])

    def _wants_change(self, layer: proto.LayerParameter) -> bool:
        """Whether the target may not read a layer as Caffe does."""
        if lacks(self.target, layer):
            return True
        # By the fields alone: whether it makes a difference is tried only then.
        return any(quirk.converts for quirk in quirks_of(self.target, layer))


def _phases(net: Net) -> list[Analysis]:
    return [net.analysis(State(phase)) for phase in net.meant_phases()]


class _Work:
    """A net whose layers are replaced from the end, and what has been done.

    The edits of layers that connect the same blobs as before are ``waiting``: what is known about
    the layers before them still holds then, and to apply each by itself would infer the whole net
    each time.
    """

    def __init__(self, net: Net) -> None:
        self.done: list[_Done] = []
        self._start(Result.unmodified(net))

    def _start(self, result: Result) -> None:
        """Ask again about a net that has changed. Each answer takes time in the size of the net."""
        self.result = result
        self.waiting: list[Edit] = []
        self.message = result.net.current.message
        self.phases = _phases(result.net)
        self.names = NewNames(self.message)

    def step(self, index: int) -> Step | None:
        """A layer in the first phase in which it runs."""
        for analysis in self.phases:
            for step in analysis.of_indices((index,)):
                return step
        return None

    def can_wait(self, index: int, edits: Sequence[Edit]) -> bool:
        """Whether edits only put layers in the place of one, which connect the same blobs."""
        new: list[proto.LayerParameter] = []
        for edit in edits:
            # What is inserted stands before the next layer.
            if edit.path not in (("layer", index), ("layer", index + 1)) or edit.action == "delete":
                return False
            new.append(edit.value)
        old = self.message.layer[index]
        return _read_outside(new) == set(old.bottom) and new[-1].top == old.top

    def add(self, edits: Sequence[Edit]) -> None:
        """Let edits wait."""
        self.waiting += edits
        for edit in edits:
            if isinstance(edit.value, proto.LayerParameter):
                self.names.add(edit.value)

    def apply(self) -> None:
        """Make the edits that wait."""
        if not self.waiting:
            return
        net = self.result.net
        changed = net if self.result.modified else net.copy()
        number = len(self.message.layer)
        changed.apply(self.waiting)
        origins: Origins = compose_origins(self.result.origins, origins_after(number, self.waiting))
        self._start(Result(changed, True, [], origins))


def _read_outside(layers: Sequence[proto.LayerParameter]) -> set[str]:
    """The blobs that layers read and none of them has produced before."""
    found: set[str] = set()
    produced: set[str] = set()
    for layer in layers:
        found.update(set(layer.bottom) - produced)
        produced.update(layer.top)
    return found


class _Done(NamedTuple):
    """A layer of the old net, what replaces it, and the names of the new layers."""

    step: Step
    found: Replacement
    names: list[str]


def _reported(result: Result, done: Sequence[_Done]) -> Result:
    """The result with what was done, in the order of the layers."""
    params: dict[str, list[Shape]] = {}
    # Only if it is needed, because it infers the new net.
    if any(each.found.weights for each in done):
        for analysis in _phases(result.net):
            params.update(analysis.params)
    lines, weights = [], []
    for each in done:
        # Layers that keep their names keep their weights, and need no word about them.
        changes = list(_weight_changes(each, params))
        weights += changes
        note = f" (weights: {'; '.join(map(str, changes))})" if changes else ""
        lines.append(f"{each.step.name}: {_change(each)}{note}")
    return replace(result, report=tuple(lines), weights=tuple(weights))


def _change(done: _Done) -> str:
    """What was done with a layer."""
    if done.found.types:
        return f"{done.step.type} replaced by {done.found.types}"
    if not done.names:
        return f"{done.step.type} removed"
    return done.found.change


def _weight_changes(done: _Done, params: Mapping[str, Sequence[Shape]]) -> Iterator[WeightChange]:
    """The learnable blobs of the new layers; ``params`` are the shapes of all in the new net."""
    old = [blob.shape for blob in done.step.facts.blobs]
    for new in done.found.weights:
        name = done.names[new.position]
        shape = _shape_at(params.get(name, ()), new.blob)
        change = WeightChange(name, new.blob, shape, value=new.value)
        if new.old is not None:
            change = replace(
                change,
                old_layer=done.step.name,
                old_blob=new.old,
                old_shape=_shape_at(old, new.old),
                transposed=new.transposed,
            )
        yield change


def _shape_at(shapes: Sequence[Shape], index: int) -> Shape:
    """The shape of a blob; unknown if inference did not get as far as the blobs of its layer."""
    return shapes[index] if index < len(shapes) else None
