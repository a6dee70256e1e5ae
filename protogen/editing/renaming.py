"""Rename layers and blobs, wherever they are named."""

from __future__ import annotations

from typing import Literal, get_args

from protogen import proto
from protogen.diagnostics import did_you_mean
from protogen.editing._wires import reject
from protogen.edits import Edit

__all__ = ["Named", "renaming"]

#: What a name belongs to.
Named = Literal["layer", "blob", "both"]


def renaming(net: proto.NetParameter, old: str, new: str, what: Named = "both") -> list[Edit]:
    """The edits that rename the layers, the blob, or both with a name.

    Raises `ProtogenError` if nothing has the old name, or something has the new one already.
    """
    if what not in get_args(Named):
        raise ValueError(f'what must be "layer", "blob" or "both", got {what!r}')
    if not new:
        reject("the new name is empty")
    layers = _layer_edits(net, old, new) if what != "blob" else []
    blobs = _blob_edits(net, old, new) if what != "layer" else []
    if not (layers or blobs):
        kind = "layer or blob" if what == "both" else what
        reject(f'no {kind} is named "{old}"', hint=did_you_mean(old, _names(net)))
    if old == new:
        return []
    if layers and any(layer.name == new for layer in net.layer):
        reject(f'cannot rename layer "{old}": a layer named "{new}" already exists')
    if blobs and any(new in (*layer.top, *layer.bottom) for layer in net.layer):
        reject(f'cannot rename blob "{old}": a blob named "{new}" already exists')
    return [*layers, *blobs]


def _layer_edits(net: proto.NetParameter, old: str, new: str) -> list[Edit]:
    """Layers of different phases may have the same name."""
    found = []
    for index, layer in enumerate(net.layer):
        if layer.name == old:
            found.append(Edit(("layer", index, "name"), "set", new))
    return found


def _blob_edits(net: proto.NetParameter, old: str, new: str) -> list[Edit]:
    found = []
    for index, layer in enumerate(net.layer):
        for field in ("bottom", "top"):
            for position, name in enumerate(getattr(layer, field)):
                if name == old:
                    found.append(Edit(("layer", index, field, position), "set", new))
    return found


def _names(net: proto.NetParameter) -> set[str]:
    names: set[str] = set()
    for layer in net.layer:
        names |= {layer.name, *layer.top}
    return names
