"""Cut a part out of a net: the layers between two blobs, with Input layers at the cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen import proto
from protogen.analysis import Analysis
from protogen.diagnostics import did_you_mean
from protogen.editing._wires import reject
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
        kept |= {step.index for step in steps}
        if steps:
            found = inputs.setdefault(analysis.phase, {})
            for value in _cut_values(steps):
                found[value.name] = _known(value)
    if not kept:
        reject(_no_connection(start, end))
    gone = [index for index in range(len(net.layer)) if index not in kept]
    return [
        *[delete(("layer", index)) for index in gone],
        *[insert(("layer", 0), layer) for layer in _input_layers(net, kept, inputs)],
        *shared_parameters(net, set(gone)),
    ]


def _check_blob(net: proto.NetParameter, name: str) -> None:
    tops = {top for layer in net.layer for top in layer.top}
    if name in tops:
        return
    near = did_you_mean(name, tops)
    for layer in net.layer:
        if layer.name == name and layer.top:
            near = f'its layer has the top "{layer.top[0]}"'
    reject(f'no layer produces a blob "{name}"', hint=near)


def _no_connection(start: Sequence[str], end: Sequence[str]) -> str:
    first = ", ".join(f'"{name}"' for name in start)
    last = ", ".join(f'"{name}"' for name in end)
    if start and end:
        return f"{last} is not computed from {first}"
    return f"no layer reads {first}" if start else f"no layer produces {last}"


def _between(analysis: Analysis, start: Sequence[str], end: Sequence[str]) -> list[Step]:
    """The layers to keep in one state, in order."""
    values = analysis.values
    starts = [values[name] for name in start if name in values]
    ends = [values[name] for name in end if name in values]
    if (start and not starts) or (end and not ends):
        return []
    after = _after(analysis, starts) if start else set(analysis.steps)
    before = _before(analysis, ends, starts) if end else set(analysis.steps)
    _check_each(analysis, end, after)
    return [step for step in analysis.steps if step in after and step in before]


def _check_each(analysis: Analysis, end: Sequence[str], after: set[Step]) -> None:
    """Reject an end that none of the layers after the start produces, if others are."""
    missing = [
        name for name in end if name in analysis.values and analysis.values[name].step not in after
    ]
    if missing and len(missing) < len(end):
        reject(f'"{missing[0]}" is not computed from the start of the cut')


def _after(analysis: Analysis, starts: Sequence[Value]) -> set[Step]:
    """The layers that depend on these values."""
    found: set[Step] = set()
    # What reads a value comes after what produces it.
    for step in analysis.steps:
        for bottom in step.bottoms:
            if bottom is not None and (bottom in starts or bottom.step in found):
                found.add(step)
    return found


def _before(analysis: Analysis, ends: Sequence[Value], starts: Sequence[Value]) -> set[Step]:
    """The layers on which these values depend, without those behind the start."""
    found = {value.step for value in ends if value not in starts}
    for step in reversed(analysis.steps):
        if step in found:
            for bottom in step.bottoms:
                if bottom is not None and bottom not in starts:
                    found.add(bottom.step)
    return found


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
    # An Input with the name of a removed layer that learns would not take the blobs that a
    # caffemodel has for it, and Caffe would abort.
    names = {layer.name for i, layer in enumerate(net.layer) if i in kept or layer.bottom}
    found = []
    blobs = dict.fromkeys(name for shapes in inputs.values() for name in shapes)
    for blob in blobs:
        shapes = {phase: known[blob] for phase, known in inputs.items() if blob in known}
        everywhere = len(shapes) == len(inputs) and len(set(shapes.values())) == 1
        for phase, shape in list(shapes.items())[: 1 if everywhere else None]:
            name = _free_name(blob, names)
            found.append(_input_layer(name, blob, shape, "" if everywhere else phase))
        names.add(name)
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
