"""The layers of a net with what they read and write in every state, and how to rewire them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any, NoReturn

from protogen import proto, rules
from protogen.analysis import Analysis
from protogen.diagnostics import ProtogenError, did_you_mean
from protogen.edits import Edit
from protogen.graph import PHASES, State, Step, Value

__all__ = [
    "Rewiring",
    "find_layer",
    "layers_named",
    "readers",
    "reject",
    "similar_name",
    "states_of",
]

#: How many sets of stages are looked at; published nets have at most three.
_STAGE_SETS = 8


def reject(message: str, layer: Any = None, hint: str = "") -> NoReturn:
    """Raise `ProtogenError`: the edit cannot be made."""
    about = {} if layer is None else {"layer": layer.name, "type": layer.type}
    raise ProtogenError(rules.named("impossible-edit").diagnostic(message, hint=hint, **about))


def states_of(net: proto.NetParameter) -> list[State]:
    """The states in which layers may differ: both phases, with each set of stages that is named."""
    stages: dict[tuple[str, ...], None] = {(): None}
    for layer in net.layer:
        for rule in (*layer.include, *layer.exclude):
            stages[tuple(rule.stage)] = None
    # Every state costs an inference of the whole net.
    looked_at = list(stages)[:_STAGE_SETS]
    found = []
    for phase in PHASES:
        found += [State(phase, stages=each) for each in looked_at]
    return found


def find_layer(net: proto.NetParameter, name: str) -> int:
    """The index of the only layer with this name. Raises `ProtogenError`."""
    found = []
    for index, layer in enumerate(net.layer):
        if layer.name == name:
            found.append(index)
    if not found:
        reject(f'no layer is named "{name}"', hint=similar_name(net, name))
    # Caffe accepts several layers with one name, usually one for each phase.
    if len(found) > 1:
        reject(
            f'{len(found)} layers are named "{name}"',
            hint="rename one of them first: net.message.layer[index].name",
        )
    return found[0]


def layers_named(net: proto.NetParameter, pattern: str) -> list[int]:
    """The indices of the layers with this name, or with names like ``conv*``."""
    found = []
    for index, layer in enumerate(net.layer):
        # A name may itself have brackets, which a pattern reads as a set of letters.
        if layer.name == pattern or fnmatchcase(layer.name, pattern):
            found.append(index)
    return found


def similar_name(net: proto.NetParameter, name: str) -> str:
    """A hint with the name of a layer that is nearly this one; empty if there is none."""
    return did_you_mean(name, {layer.name for layer in net.layer})


class Rewiring:
    """Which bottoms and tops get new names, collected over all states of a net.

    A layer may run in several states, and its bottom may come from a different layer in each. An
    edit that would be right in one state and wrong in another one is rejected.
    """

    def __init__(self, analyses: Sequence[Analysis]) -> None:
        self.analyses = analyses
        #: The new names, by the index of the layer, the field, and the position.
        self._names: dict[tuple[int, str, int], str] = {}
        #: The layers whose value is no longer read there, by the layer and the bottom's position.
        self._producers: defaultdict[tuple[int, int], set[int]] = defaultdict(set)

    def steps(self, index: int) -> Iterator[Step]:
        """The layer with this index in each state in which it runs."""
        for analysis in self.analyses:
            yield from analysis.of_indices((index,))

    def read_instead(self, value: Value, name: str, *, without: Collection[int] = ()) -> None:
        """Let the readers of a value read the blob ``name``; what they write keeps its name."""
        for step, position in readers(value):
            if step.index not in without:
                self.read_at(step, position, name)

    def follow(self, value: Value, name: str) -> None:
        """Give a value a new name wherever it is read, also where it is overwritten in place."""
        pending = [value]
        while pending:
            for step, position in readers(pending.pop()):
                self.read_at(step, position, name)
                # Caffe works in place only if the bottom and the top have one name.
                if position in step.in_place:
                    self._rename(step, "top", position, name)
                    pending.append(step.tops[position])

    def read_at(self, step: Step, position: int, name: str) -> None:
        """Let a layer read the blob ``name`` as this bottom."""
        self._rename(step, "bottom", position, name)
        value = step.bottoms[position]
        if value is not None:
            self._producers[step.index, position].add(value.step.index)

    def edits(self) -> list[Edit]:
        """The edits. Raises `ProtogenError` if one of them would be wrong in some state."""
        self._check_other_states()
        found = []
        for (index, field, position), name in self._names.items():
            found.append(Edit(("layer", index, field, position), "set", name))
        return found

    def _rename(self, step: Step, field: str, position: int, name: str) -> None:
        # A state that needs no new name here is not seen; `_check_other_states` looks for it.
        before = self._names.setdefault((step.index, field, position), name)
        if before != name:
            reject(f'would need blob "{before}" in one state and "{name}" in another', step.layer)

    def _check_other_states(self) -> None:
        """Reject to rewire a bottom that in another state comes from a layer that stays."""
        rewired = sorted({index for index, _ in self._producers})
        for analysis in self.analyses:
            for step in analysis.of_indices(rewired):
                self._check_producers(step)

    def _check_producers(self, step: Step) -> None:
        for position, value in enumerate(step.bottoms):
            producers = self._producers.get((step.index, position))
            if value is None or not producers:
                continue
            if value.step.index not in producers:
                reject(
                    f'reads "{value.name}" of different layers in different states',
                    step.layer,
                    hint="edit its bottoms by hand",
                )


def readers(value: Value) -> Iterator[tuple[Step, int]]:
    """Each bottom that reads a value: its layer and its position."""
    # A layer is listed once for each bottom that reads the value, as in Eltwise with x + x.
    for step in dict.fromkeys(value.readers):
        for position, bottom in enumerate(step.bottoms):
            if bottom is value:
                yield step, position
