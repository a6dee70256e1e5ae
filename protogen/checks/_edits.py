"""Changed copies of a net: what a fix would make of it, for inference to look at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from protogen import proto
from protogen.compose.loaded import field_path
from protogen.diagnostics import Edit

__all__ = ["edited", "edited_layers"]


def edited(message: Any, edits: Iterable[Edit]) -> Any:
    """A copy of a ``NetParameter`` with these fields changed."""
    copy = proto.NetParameter()
    copy.CopyFrom(message)
    for edit in edits:
        _edit(copy.layer[edit.layer_index], edit)
    return copy


def edited_layers(message: Any, edits: Iterable[Edit]) -> dict[int, Any]:
    """Changed copies of the layers that edits are about, by their index."""
    copies: dict[int, Any] = {}
    for edit in edits:
        if edit.layer_index not in copies:
            copies[edit.layer_index] = copy = proto.LayerParameter()
            copy.CopyFrom(message.layer[edit.layer_index])
        _edit(copies[edit.layer_index], edit)
    return copies


def _edit(layer: Any, edit: Edit) -> None:
    *parents, last = field_path(edit.field)
    place = layer
    for word in parents:
        place = place[word] if isinstance(word, int) else getattr(place, word)
    if isinstance(last, int):
        _set_element(place, last, edit.value)
    else:
        _set_field(place, last, edit.value)


def _set_element(values: Any, index: int, value: str | None) -> None:
    if value is None:
        del values[index]
    else:
        values[index] = int(value)


def _set_field(message: Any, name: str, value: str | None) -> None:
    """Fill in a number, a truth value or the name of an enum's; a repeated field gets the one."""
    message.ClearField(name)
    if value is None:
        return
    field = message.DESCRIPTOR.fields_by_name[name]
    if field.enum_type is not None:
        setattr(message, name, field.enum_type.values_by_name[value].number)
    elif field.type == field.TYPE_BOOL:
        setattr(message, name, value == "true")
    elif _repeated(message, field):
        getattr(message, name).append(int(value))
    else:
        setattr(message, name, int(value))


def _repeated(message: Any, field: Any) -> bool:
    return hasattr(getattr(message, field.name), "append")
