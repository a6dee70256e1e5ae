"""Remove layers, and let those that read them read what they read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from protogen import proto
from protogen.analysis import Analysis
from protogen.editing._wires import Rewiring, readers, reject
from protogen.edits import Edit, delete
from protogen.graph import Step, Value
from protogen.proto.fields import has_field

__all__ = ["removal", "shared_parameters"]

#: The fields that fill the first and the second learnable blob of a layer.
_FILLERS = (("weight_filler", "filler"), ("bias_filler",))


def removal(
    net: proto.NetParameter, analyses: Sequence[Analysis], indices: Collection[int]
) -> list[Edit]:
    """The edits that remove layers.

    What reads a removed layer reads its bottom instead. Raises `ProtogenError` if it has not
    exactly one, and something reads it.
    """
    rewiring = Rewiring(analyses)
    for analysis in analyses:
        for step in analysis.steps:
            if step.index in indices:
                for value in step.tops:
                    _rewire(rewiring, value, indices)
    return [
        *[delete(("layer", index)) for index in indices],
        *rewiring.edits(),
        *shared_parameters(net, indices),
    ]


def _rewire(rewiring: Rewiring, value: Value, indices: Collection[int]) -> None:
    others = [step for step, _ in readers(value) if step.index not in indices]
    if not others:
        return
    source = _source(value, others[0], indices)
    # The readers of a layer in place read the blob that it overwrote.
    if source.name != value.name:
        rewiring.read_instead(value, source.name, without=indices)


def _source(value: Value, reader: Step, indices: Collection[int]) -> Value:
    """The value of a layer that stays, from which a value of a removed layer is computed."""
    while value.step.index in indices:
        step = value.step
        known = [bottom for bottom in step.bottoms if bottom is not None]
        if value.top in step.in_place:
            value = known[value.top]
        elif len(known) == len(step.bottoms) == 1:
            value = known[0]
        else:
            number = f"{len(step.bottoms)} bottoms" if step.bottoms else "no bottom"
            reject(
                f'cannot be removed: layer "{reader.name}" reads its top "{value.name}", and it has'
                f" {number} to read instead",
                step.layer,
                hint=f'remove "{reader.name}", too, or replace the layer',
            )
    return value


def shared_parameters(net: proto.NetParameter, removed: Collection[int]) -> list[Edit]:
    """Edits that keep shared blobs as they are, if the layer that owns them is removed.

    The first layer with the name of a blob owns it: Caffe fills the blob by that layer's filler,
    and takes the learning rates of the others from it.  (source: ``Net::AppendParam``)
    """
    owners: dict[str, tuple[int, int]] = {}
    edits = []
    for index, layer in enumerate(net.layer):
        for position, param in enumerate(layer.param):
            if not param.name:
                continue
            owner = owners.get(param.name)
            if owner is None:
                owners[param.name] = (index, position)
            elif owner[0] in removed and index not in removed:
                edits += _inherited(net, owner, (index, position))
                owners[param.name] = (index, position)
    return edits


def _inherited(net: proto.NetParameter, old: tuple[int, int], new: tuple[int, int]) -> list[Edit]:
    """What the new owner of a blob lacks, and the old one has."""
    edits = []
    old_layer, new_layer = net.layer[old[0]], net.layer[new[0]]
    old_param, new_param = old_layer.param[old[1]], new_layer.param[new[1]]
    for field in ("lr_mult", "decay_mult"):
        if has_field(old_param, field) and not has_field(new_param, field):
            path = ("layer", new[0], "param", new[1], field)
            edits.append(Edit(path, "set", getattr(old_param, field)))
    names = _FILLERS[new[1]] if new[1] < len(_FILLERS) else ()
    for home in _parameter_messages(old_layer):
        for name in names:
            edits += _inherited_filler(old_layer, new_layer, new[0], home, name)
    return edits


def _parameter_messages(layer: Any) -> list[str]:
    return [field.name for field, _ in layer.ListFields() if field.name.endswith("_param")]


def _inherited_filler(old: Any, new: Any, index: int, home: str, name: str) -> list[Edit]:
    if not has_field(new, home) or name not in getattr(new, home).DESCRIPTOR.fields_by_name:
        return []
    before, after = getattr(old, home), getattr(new, home)
    if has_field(before, name) and not has_field(after, name):
        return [Edit(("layer", index, home, name), "set", getattr(before, name))]
    return []
