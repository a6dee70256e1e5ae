"""Names for the layers and blobs that a transform adds."""

from __future__ import annotations

from protogen import proto

__all__ = ["NewNames"]


class NewNames:
    """Names that no layer or blob of a net has yet."""

    def __init__(self, net: proto.NetParameter) -> None:
        self._layers = {layer.name for layer in net.layer}
        # Also bottoms that nothing produces: a new blob must not become what they read.
        self._blobs: set[str] = set()
        for layer in net.layer:
            self._blobs.update(layer.top, layer.bottom)

    def layer(self, wanted: str) -> str:
        """This name, or with a number behind it if a layer has it."""
        return _take(wanted, self._layers)

    def blob(self, wanted: str) -> str:
        """This name, or with a number behind it if a blob has it."""
        return _take(wanted, self._blobs)


def _take(wanted: str, taken: set[str]) -> str:
    name = wanted
    number = 2
    while name in taken:
        name = f"{wanted}_{number}"
        number += 1
    taken.add(name)
    return name
