"""What a change of a few layers' own fields brings, inferred from these layers on.

Many findings of one net have such a fix each. To infer the whole net again for each of them would
take time quadratic in the net; the layers behind a change are few if the sizes do not change.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from protogen.analysis import Analysis
from protogen.diagnostics import Severity
from protogen.edits import Edit
from protogen.field_changes import apply
from protogen.graph import CONDITIONS, Step, Value, read_wiring
from protogen.inference import infer_step

__all__ = ["Effect", "effect_of"]

#: Fields that connect layers, or that depend on others: with these the graph changes.
_WIRING = frozenset({"name", "type", "bottom", "top", *CONDITIONS})


class Effect(NamedTuple):
    """What edits bring: the errors that were not there before, and changes of learnable blobs."""

    new_errors: Counter[tuple[str, str]]
    changes_params: bool


def effect_of(analysis: Analysis, edits: Sequence[Edit]) -> Effect:
    """The effect of edits. Raises `protogen.edits.EditError` for one that cannot be made."""
    if all(map(_is_local, edits)):
        effect = _Local(analysis, edits).effect()
        if effect is not None:
            return effect
    after = analysis.edited(edits)
    return Effect(after.errors - analysis.errors, after.params != analysis.params)


def _is_local(edit: Edit) -> bool:
    """Whether an edit changes a field of a layer's own parameters."""
    if len(edit.path) < 3 or edit.path[0] != "layer":
        return False
    return edit.path[2] not in _WIRING


class _Local:
    """The layers that edits change, and those behind them whose bottoms change."""

    def __init__(self, analysis: Analysis, edits: Sequence[Edit]) -> None:
        self._analysis = analysis
        self._layers = dict(_edited_layers(analysis.message, edits))
        self._steps = {id(step): step for step in analysis.of_indices(self._layers)}
        #: By the object, because two steps may be equal in all they say.
        self._values: dict[int, Value] = {}
        self._before: Counter[tuple[str, str]] = Counter()
        self._after: Counter[tuple[str, str]] = Counter()
        self._changes_params = False

    def effect(self) -> Effect | None:
        """The effect, or ``None`` if it may reach layers that no blob leads to."""
        # In the order of the net, so that all bottoms of a layer are known when it is inferred.
        waiting = [(step.index, key) for key, step in self._steps.items()]
        heapq.heapify(waiting)
        done: set[int] = set()
        while waiting:
            _, key = heapq.heappop(waiting)
            if key in done:
                continue
            done.add(key)
            step = self._steps[key]
            if not self._depends_on_bottoms(step):
                return None
            for reader in self._infer(step):
                self._steps[id(reader)] = reader
                heapq.heappush(waiting, (reader.index, id(reader)))
        return Effect(self._after - self._before, self._changes_params)

    def _depends_on_bottoms(self, step: Step) -> bool:
        """Whether its parameters and its bottoms are all that decides about a layer.

        That is not so if it shares learnable blobs, brings in data, or has errors in its text.
        """
        if not step.wiring.plain or not step.bottoms:
            return False
        return not self._analysis.is_special(step)

    def _infer(self, step: Step) -> Iterator[Step]:
        """Infer a layer again; return the readers of the tops whose shapes change."""
        new = self._copy(step)
        # Layers with bottoms take no shapes from the caller.
        new.facts = infer_step(new, self._analysis.state.number, {}, False)
        # Errors that were there before are not the edits' fault.
        self._before.update(_errors(step))
        self._after.update(_errors(new))
        before = [blob.shape for blob in step.facts.blobs]
        after = [blob.shape for blob in new.facts.blobs]
        if before != after:
            self._changes_params = True
        for old, value, shape in zip(step.tops, new.tops, new.facts.tops):
            value.shape = shape
            if shape != old.shape:
                self._values[id(old)] = value
                yield from old.readers

    def _copy(self, step: Step) -> Step:
        """The step with the edited layer and the new bottoms, without faults of inference."""
        layer, wiring = step.layer, step.wiring
        if step.index in self._layers:
            layer = self._layers[step.index]
            wiring = read_wiring(layer)
        new = Step(layer, step.index, wiring)
        for bottom in step.bottoms:
            new.bottoms.append(self._values.get(id(bottom), bottom))
        for position, top in enumerate(step.tops):
            value = Value(top.name, new, position)
            value.readers, value.weighed = top.readers, top.weighed
            new.tops.append(value)
        new.in_place = step.in_place
        new.faults += self._analysis.wiring_faults(step)
        return new


def _edited_layers(message: Any, edits: Sequence[Edit]) -> Iterator[tuple[int, Any]]:
    """The layers that edits change, by their indices, each a changed copy."""
    by_layer: dict[int, list[Edit]] = {}
    for edit in edits:
        index = int(edit.path[1])
        moved = Edit(("layer", 0, *edit.path[2:]), edit.action, edit.value)
        by_layer.setdefault(index, []).append(moved)
    for index, own in by_layer.items():
        net = type(message)(layer=[message.layer[index]])
        apply(net, own)
        yield index, net.layer[0]


def _errors(step: Step) -> Iterator[tuple[str, str]]:
    for fault in step.faults:
        if fault.severity is Severity.ERROR:
            yield fault.code, fault.layer
