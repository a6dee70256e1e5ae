"""Names for the layers and blobs that a transform adds."""

from __future__ import annotations

from collections.abc import Collection

from protogen import proto

__all__ = ["NewNames"]


class NewNames:
    """Names that no layer or blob of a net has yet."""

    def __init__(self, net: proto.NetParameter) -> None:
        self._layers = {layer.name for layer in net.layer}
        # The names that an attempt has to avoid besides its own.
        self._other_layers: Collection[str] = ()
        self._other_blobs: Collection[str] = ()
        # Also bottoms that nothing produces: a new blob must not become what they read.
        self._blobs: set[str] = set()
        for layer in net.layer:
            self._blobs.update(layer.top, layer.bottom)

    def add(self, layer: proto.LayerParameter) -> None:
        """Reserve the names of a layer that will be added to the net."""
        self._layers.add(layer.name)
        self._blobs.update(layer.top, layer.bottom)

    def attempt(self) -> NewNames:
        """Names for layers that may not be added after all; choosing them reserves nothing here."""
        # The sets are not copied: for each layer, that would take time in the size of the net.
        found = NewNames(proto.NetParameter())
        found._other_layers, found._other_blobs = self._layers, self._blobs
        return found

    def layer(self, wanted: str) -> str:
        """This name, or with a number behind it if a layer has it."""
        return _take(wanted, self._layers, self._other_layers)

    def blob(self, wanted: str) -> str:
        """This name, or with a number behind it if a blob has it."""
        return _take(wanted, self._blobs, self._other_blobs)


def _take(wanted: str, taken: set[str], others: Collection[str]) -> str:
    name = wanted
    number = 2
    while name in taken or name in others:
        name = f"{wanted}_{number}"
        number += 1
    taken.add(name)
    return name
