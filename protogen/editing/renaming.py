"""Rename layers and blobs, wherever they are named."""

from __future__ import annotations

from collections.abc import Collection
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
    if layers:
        _check_free("layer", old, new, {layer.name for layer in net.layer})
    if blobs:
        _check_free("blob", old, new, _blobs(net))
    return [*layers, *blobs]


def _check_free(kind: str, old: str, new: str, taken: Collection[str]) -> None:
    """Reject a taken name: Caffe knows blobs, and the weights of layers, by their names alone."""
    if new in taken:
        reject(f'cannot rename {kind} "{old}": a {kind} named "{new}" already exists')


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


def _blobs(net: proto.NetParameter) -> set[str]:
    """The names of all blobs; that of a bottom counts, even if no layer produces it."""
    names: set[str] = set()
    for layer in net.layer:
        names.update(layer.top, layer.bottom)
    return names


def _names(net: proto.NetParameter) -> set[str]:
    names: set[str] = set()
    for layer in net.layer:
        names |= {layer.name, *layer.top}
    return names
