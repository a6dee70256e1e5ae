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
    layers: list[Edit] = []
    blobs: list[Edit] = []
    if what != "blob":
        layers = _layer_edits(net, old, new)
    if what != "layer":
        blobs = _blob_edits(net, old, new)
    if not layers and not blobs:
        kind = "layer or blob" if what == "both" else what
        reject(f'no {kind} is named "{old}"', hint=did_you_mean(old, _names(net)))
    # Asked after the old name is found, so that a wrong one is reported in any case.
    if old == new:
        return []
    # Caffe knows blobs, and the weights of layers in a caffemodel, by these names alone.
    if layers and _has_layer(net, new):
        reject(f'cannot rename layer "{old}": a layer named "{new}" already exists')
    if blobs and _has_blob(net, new):
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
            names = getattr(layer, field)
            for position, name in enumerate(names):
                if name == old:
                    found.append(Edit(("layer", index, field, position), "set", new))
    return found


def _has_layer(net: proto.NetParameter, name: str) -> bool:
    return any(layer.name == name for layer in net.layer)


def _has_blob(net: proto.NetParameter, name: str) -> bool:
    """Whether a blob has this name; that of a bottom counts, even if no layer produces it."""
    return any(name in (*layer.top, *layer.bottom) for layer in net.layer)


def _names(net: proto.NetParameter) -> set[str]:
    names: set[str] = set()
    for layer in net.layer:
        names |= {layer.name, *layer.top}
    return names
