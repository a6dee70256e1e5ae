"""Rename layers and blobs, wherever they are named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, get_args

from protogen import proto
from protogen.diagnostics import did_you_mean
from protogen.editing._wires import reject
from protogen.editing.produced_blobs import produced_blobs
from protogen.edits import Edit

__all__ = ["Named", "renaming"]

#: What a name belongs to.
Named = Literal["layer", "blob", "both"]

#: Takes a net, an old and a new name; returns the edits that rename.
_EditsOf = Callable[[proto.NetParameter, str, str], list[Edit]]


def renaming(net: proto.NetParameter, old: str, new: str, what: Named = "both") -> list[Edit]:
    """The edits that rename the layers, the blob, or both with a name.

    Raises `ProtogenError` if nothing has the old name, or something has the new one already.
    """
    if what not in get_args(Named):
        raise ValueError(f'what must be "layer", "blob" or "both", got {what!r}')
    if not new:
        reject("the new name is empty")
    kinds = list(_KINDS) if what == "both" else [what]
    edits = []
    for kind in kinds:
        edits_of, names_of = _KINDS[kind]
        found = edits_of(net, old, new)
        # Caffe knows blobs, and the weights of layers, by their names alone.
        if found and new != old and new in names_of(net):
            reject(f'cannot rename {kind} "{old}": a {kind} named "{new}" already exists')
        edits += found
    if not edits:
        near = did_you_mean(old, _names(net))
        reject(f'no {" or ".join(kinds)} is named "{old}"', hint=near)
    # Asked after the old name is found, so that a wrong one is reported in any case.
    return edits if old != new else []


def _layer_edits(net: proto.NetParameter, old: str, new: str) -> list[Edit]:
    """Layers of different phases may have the same name."""
    found = []
    for index, layer in enumerate(net.layer):
        if layer.name == old:
            found.append(Edit(("layer", index, "name"), "set", new))
    return found


def _blob_edits(net: proto.NetParameter, old: str, new: str) -> list[Edit]:
    """The edits of all bottoms and tops: later layers may overwrite the blob in place."""
    found = []
    for index, layer in enumerate(net.layer):
        for field in ("bottom", "top"):
            names = getattr(layer, field)
            for position, name in enumerate(names):
                if name == old:
                    found.append(Edit(("layer", index, field, position), "set", new))
    return found


def _layer_names(net: proto.NetParameter) -> set[str]:
    """The names of all layers."""
    return {layer.name for layer in net.layer}


def _blob_names(net: proto.NetParameter) -> set[str]:
    """The names of all blobs; that of a bottom counts, even if no layer produces it."""
    names: set[str] = set()
    for layer in net.layer:
        names.update(layer.top, layer.bottom)
    return names


def _names(net: proto.NetParameter) -> set[str]:
    """The names to choose from: a bottom that no layer produces is a mistake of its own."""
    return _layer_names(net) | produced_blobs(net)


#: What has a name: the edits that change it, and the names that are taken.
_KINDS: Mapping[str, tuple[_EditsOf, Callable[[proto.NetParameter], set[str]]]] = {
    "layer": (_layer_edits, _layer_names),
    "blob": (_blob_edits, _blob_names),
}
