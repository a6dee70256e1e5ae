"""The layers of a net with what they read and write in every state, and how to rewire them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NoReturn

from protogen import proto, rules
from protogen.analysis import Analysis
from protogen.diagnostics import ProtogenError, did_you_mean
from protogen.edits import Edit
from protogen.graph import PHASES, State, Step, Value

__all__ = ["Rewiring", "find_layer", "reject", "states_of"]

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
    found = []
    for phase in PHASES:
        found += [State(phase, stages=each) for each in list(stages)[:_STAGE_SETS]]
    return found


def find_layer(net: proto.NetParameter, name: str) -> int:
    """The index of the only layer with this name. Raises `ProtogenError`."""
    found = [index for index, layer in enumerate(net.layer) if layer.name == name]
    if not found:
        near = did_you_mean(name, {layer.name for layer in net.layer})
        reject(f'no layer is named "{name}"', hint=near)
    if len(found) > 1:
        reject(
            f'{len(found)} layers are named "{name}"',
            hint="rename one of them first: net.message.layer[index].name",
        )
    return found[0]


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
            yield from analysis.of_indices([index])

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
        before = self._names.setdefault((step.index, field, position), name)
        if before != name:
            reject(f'would need blob "{before}" in one state and "{name}" in another', step.layer)

    def _check_other_states(self) -> None:
        """Reject to rewire a bottom that in another state comes from a layer that stays."""
        for analysis in self.analyses:
            for step in analysis.steps:
                for position, value in enumerate(step.bottoms):
                    rewired = self._producers.get((step.index, position))
                    if rewired and value is not None and value.step.index not in rewired:
                        reject(
                            f'reads "{value.name}" of different layers in different states',
                            step.layer,
                            hint="edit its bottoms by hand",
                        )


def readers(value: Value) -> Iterator[tuple[Step, int]]:
    """Each bottom that reads a value: its layer and its position."""
    for step in dict.fromkeys(value.readers):
        for position, bottom in enumerate(step.bottoms):
            if bottom is value:
                yield step, position
