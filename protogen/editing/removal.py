"""Remove layers, and let those that read them read what they read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NoReturn

from google.protobuf.message import Message

from protogen import proto
from protogen.analysis import Analysis
from protogen.editing._wires import Rewiring, readers, reject
from protogen.edits import Edit, delete
from protogen.graph import Step, Value
from protogen.proto.fields import has_field

__all__ = ["removal", "shared_parameters"]

#: The names of the fields that fill the first and the second learnable blob of a layer.
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
        for step in analysis.of_indices(sorted(indices)):
            for value in step.tops:
                _rewire(rewiring, value, indices)
    deletions = [delete(("layer", index)) for index in indices]
    return [
        *deletions,
        *rewiring.edits(),
        *shared_parameters(net, indices),
    ]


def _rewire(rewiring: Rewiring, value: Value, indices: Collection[int]) -> None:
    """Make the layers that stay read another blob instead of a top of a removed layer."""
    staying = [step for step, _ in readers(value) if step.index not in indices]
    if not staying:
        return
    source = _source(value, staying[0], indices)
    # The readers of a layer in place read the blob that it overwrote.
    if source.name != value.name:
        rewiring.read_instead(value, source.name, without=indices)


def _source(value: Value, reader: Step, indices: Collection[int]) -> Value:
    """The value of a layer that stays, from which a value of a removed layer is computed."""
    # The layers below a removed one may be removed, too.
    while value.step.index in indices:
        bottom = _replaced_bottom(value)
        if bottom is None:
            _reject_removal(value, reader)
        value = bottom
    return value


def _replaced_bottom(value: Value) -> Value | None:
    """What to read instead of a top: the bottom that it overwrites, or the only one."""
    step = value.step
    if value.top in step.in_place:
        return step.bottoms[value.top]
    if len(step.bottoms) == 1:
        return step.bottoms[0]
    return None


def _reject_removal(value: Value, reader: Step) -> NoReturn:
    step = value.step
    number = f"{len(step.bottoms)} bottoms" if step.bottoms else "no bottom"
    reject(
        f'cannot be removed: layer "{reader.name}" reads its top "{value.name}", and it has'
        f" {number} to read instead",
        step.layer,
        hint=f'remove "{reader.name}", too, or replace the layer',
    )


def shared_parameters(net: proto.NetParameter, removed: Collection[int]) -> list[Edit]:
    """Edits that keep shared blobs as they are, if the layer that owns them is removed.

    The first layer with the name of a blob owns it: Caffe fills the blob by that layer's filler,
    and takes the learning rates of the others from it.  (source: ``Net::AppendParam``)
    """
    # Most layers share nothing, so that a walk through the whole net would find nothing.
    if not any(param.name for index in removed for param in net.layer[index].param):
        return []
    owners: dict[str, tuple[int, int]] = {}
    edits = []
    for index, layer in enumerate(net.layer):
        for position, param in enumerate(layer.param):
            # A blob without a name belongs to its layer alone.
            if not param.name:
                continue
            owner = owners.setdefault(param.name, (index, position))
            if owner[0] in removed and index not in removed:
                edits += _inherited(net, owner, (index, position))
                owners[param.name] = (index, position)
    return edits


def _inherited(net: proto.NetParameter, old: tuple[int, int], new: tuple[int, int]) -> list[Edit]:
    """What the new owner of a blob lacks, and the old one has."""
    edits: list[Edit] = []
    index, position = new
    old_layer, new_layer = net.layer[old[0]], net.layer[index]
    old_param, new_param = old_layer.param[old[1]], new_layer.param[position]
    for field in ("lr_mult", "decay_mult"):
        if _is_lost(field, old_param, new_param):
            rate = getattr(old_param, field)
            edits.append(Edit(("layer", index, "param", position, field), "set", rate))
    # Layers that share a blob usually have one type, and so the same parameter message.
    for home in _common_parameters(old_layer, new_layer):
        before, after = getattr(old_layer, home), getattr(new_layer, home)
        for field in _fillers(before, position):
            if _is_lost(field, before, after):
                filler = getattr(before, field)
                edits.append(Edit(("layer", index, home, field), "set", filler))
    return edits


def _is_lost(field: str, old: Message, new: Message) -> bool:
    """Whether only the old owner has a field; what the new one has written counts from now on."""
    return has_field(old, field) and not has_field(new, field)


def _common_parameters(old: proto.LayerParameter, new: proto.LayerParameter) -> list[str]:
    """The parameter messages that both layers have."""
    found = []
    for field, _ in old.ListFields():
        if field.name.endswith("_param") and has_field(new, field.name):
            found.append(field.name)
    return found


def _fillers(parameters: Message, position: int) -> list[str]:
    """The fields of a parameter message that fill the learnable blob at a position."""
    if position >= len(_FILLERS):
        return []
    fields = parameters.DESCRIPTOR.fields_by_name
    return [name for name in _FILLERS[position] if name in fields]
