"""Cut a part out of a net: the layers between two blobs, with Input layers at the cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from protogen import proto
from protogen.analysis import Analysis
from protogen.diagnostics import did_you_mean
from protogen.editing._wires import reject
from protogen.editing.produced_blobs import produced_blobs
from protogen.editing.removal import shared_parameters
from protogen.edits import Edit, delete, insert
from protogen.graph import Step, Value
from protogen.shapes import Shape, format_shape, is_known

__all__ = ["cutting"]

#: The blobs to read at the cut, with their shapes, by phase.
_Inputs = dict[str, dict[str, Shape]]


def cutting(
    net: proto.NetParameter,
    analyses: Sequence[Analysis],
    start: Sequence[str],
    end: Sequence[str],
) -> list[Edit]:
    """The edits that keep the layers which the blobs ``end`` need, and which need ``start``.

    Without ``start``, all that ``end`` needs is kept; without ``end``, all that needs ``start``.
    Whatever else the layers that are kept read is an Input. Raises `ProtogenError` for blobs that
    do not exist, or do not connect, and for a shape at the cut that is unknown.
    """
    for name in (*start, *end):
        _check_blob(net, name)
    kept: set[int] = set()
    inputs: _Inputs = {}
    for analysis in analyses:
        steps = _between(analysis, start, end)
        if not steps:
            continue
        kept.update(step.index for step in steps)
        found = inputs.setdefault(analysis.phase, {})
        for value in _cut_values(steps):
            found[value.name] = _known(value)
    if not kept:
        reject(_no_connection(start, end))
    gone = sorted(set(range(len(net.layer))) - kept)
    new = _input_layers(net, kept, inputs)
    edits = [delete(("layer", index)) for index in gone]
    edits += [insert(("layer", 0), layer) for layer in new]
    return [*edits, *shared_parameters(net, set(gone))]


def _check_blob(net: proto.NetParameter, name: str) -> None:
    """Reject a name that no blob has."""
    produced = produced_blobs(net)
    if name in produced:
        return
    near = did_you_mean(name, produced)
    # Users often name the layer: fc8 may produce the blob "score".
    for layer in net.layer:
        if layer.name == name and layer.top:
            near = f'its layer has the top "{layer.top[0]}"'
    reject(f'no layer produces a blob "{name}"', hint=near)


def _no_connection(start: Sequence[str], end: Sequence[str]) -> str:
    if not start:
        return f"no layer produces {_quoted(end)}"
    if not end:
        return f"no layer reads {_quoted(start)}"
    return f"{_quoted(end)} is not computed from {_quoted(start)}"


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _between(analysis: Analysis, start: Sequence[str], end: Sequence[str]) -> list[Step]:
    """The layers to keep in one state, in order."""
    starts = _values(analysis, start)
    ends = _values(analysis, end)
    # In this state the cut is empty; a layer of another phase may have the blob.
    if start and not starts:
        return []
    if end and not ends:
        return []
    kept = set(analysis.steps)
    if start:
        kept &= _after(analysis, starts)
    _check_ends(ends, kept, len(end))
    if end:
        kept &= _before(analysis, ends, starts)
    return [step for step in analysis.steps if step in kept]


def _values(analysis: Analysis, names: Sequence[str]) -> list[Value]:
    """The blobs with these names that exist in a state, as they are after the last layer."""
    found = []
    for name in names:
        value = analysis.values.get(name)
        if value is not None:
            found.append(value)
    return found


def _check_ends(ends: Sequence[Value], after: set[Step], wanted: int) -> None:
    """Reject an end that none of the layers after the start produces, if others are."""
    missing = [value.name for value in ends if value.step not in after]
    # If all are missing, another state may still connect them with the start.
    if missing and len(missing) < wanted:
        reject(f'"{missing[0]}" is not computed from the start of the cut')


def _after(analysis: Analysis, starts: Sequence[Value]) -> set[Step]:
    """The layers that depend on these values."""
    found: set[Step] = set()
    # A reader comes after the layer that produces what it reads, so one pass finds all.
    for step in analysis.steps:
        bottoms = set(filter(None, step.bottoms))
        producers = {bottom.step for bottom in bottoms}
        if not bottoms.isdisjoint(starts) or not producers.isdisjoint(found):
            found.add(step)
    return found


def _before(analysis: Analysis, ends: Sequence[Value], starts: Sequence[Value]) -> set[Step]:
    """The layers on which these values depend, without those behind the start."""
    found: set[Step] = set()
    _add_producers(found, ends, starts)
    # A producer comes before what reads it, so one pass from the end finds all.
    for step in reversed(analysis.steps):
        if step in found:
            _add_producers(found, step.bottoms, starts)
    return found


def _add_producers(
    found: set[Step], values: Iterable[Value | None], starts: Sequence[Value]
) -> None:
    """Add what produces these values, but not a start, which an Input replaces."""
    for value in values:
        if value is not None and value not in starts:
            found.add(value.step)


def _cut_values(steps: Sequence[Step]) -> list[Value]:
    """What the layers read that none of them produces, in the order of the net."""
    kept = set(steps)
    found: dict[Value, None] = {}
    for step in steps:
        for bottom in step.bottoms:
            if bottom is not None and bottom.step not in kept:
                found[bottom] = None
    return list(found)


def _known(value: Value) -> Shape:
    # An Input layer needs a number for every axis.
    if not is_known(value.shape):
        reject(
            f'the shape of "{value.name}" at the cut is {format_shape(value.shape)}',
            hint="give the shapes of the net's own data, such as data=1,3,224,224",
        )
    return value.shape


def _input_layers(
    net: proto.NetParameter, kept: set[int], inputs: _Inputs
) -> list[proto.LayerParameter]:
    """An Input layer for each blob at the cut; for each phase one, if its shape depends on it."""
    taken = _taken_names(net, kept)
    found = []
    for blob, shapes in _shapes_by_blob(inputs).items():
        name = _free_name(blob, taken)
        taken.add(name)
        different = set(shapes.values())
        if len(shapes) == len(inputs) and len(different) == 1:
            # An empty phase: the layer runs in both.
            shapes = {"": different.pop()}
        for phase, shape in shapes.items():
            found.append(_input_layer(name, blob, shape, phase))
    return found


def _taken_names(net: proto.NetParameter, kept: set[int]) -> set[str]:
    """The names that an Input cannot have: those of the layers that stay, or that may learn."""
    taken = set()
    for index, layer in enumerate(net.layer):
        # An Input with the name of a removed layer that learns would not take the blobs that a
        # caffemodel has for it, and Caffe would abort.
        if index in kept or layer.bottom:
            taken.add(layer.name)
    return taken


def _shapes_by_blob(inputs: _Inputs) -> dict[str, dict[str, Shape]]:
    """The shapes of each blob by phase, in the order in which the blobs are read."""
    found: dict[str, dict[str, Shape]] = {}
    for phase, shapes in inputs.items():
        for blob, shape in shapes.items():
            found.setdefault(blob, {})[phase] = shape
    return found


def _free_name(blob: str, taken: set[str]) -> str:
    """The name of the Input: that of its blob, unless a layer has it."""
    name = blob
    while name in taken:
        name += "_input"
    return name


def _input_layer(name: str, blob: str, shape: Shape, phase: str) -> proto.LayerParameter:
    fields: dict[str, Any] = {"name": name, "type": "Input", "top": [blob]}
    if phase:
        fields["include"] = [{"phase": phase}]
    fields["input_param"] = {"shape": [{"dim": list(shape or ())}]}
    return proto.LayerParameter(**fields)
