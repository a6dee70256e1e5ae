"""The text of a net that was composed, printed from what composing knows of each layer.

protobuf's printer asks a layer for each of its more than 100 fields: this takes 50,000 of the
54,000 instructions that it costs to write a layer. Nearly all layers have nothing but a name, a
type, bottoms, tops and the parameters of their type. The first four are already Python strings,
and the parameters repeat, so that protobuf prints each kind of them once. A repeated layer takes
9,000 instructions.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from protogen import proto
from protogen.graph import Wiring
from protogen.text import writer

__all__ = ["composed_text"]

#: What protobuf prints as it is, without a backslash.
_UNESCAPED = re.compile(r"[ !#-&(-\[\]-~]*")

_OPENING = "layer {\n"


def composed_text(message: Any, names: Iterable[str], wirings: Sequence[Wiring]) -> str:
    """The text of a net whose layers were all composed, with these names, and not changed since."""
    layers = message.layer
    pieces = [_head(message)]
    strings: list[str] = []
    parameters: dict[tuple[Hashable, ...], str] = {}
    for index, (name, wiring) in enumerate(zip(names, wirings)):
        schema = wiring.schema
        if schema is None or not wiring.plain:
            pieces.append(_layer_text(layers[index]))
            continue
        kind = (schema.type, wiring.parameters)
        if kind not in parameters:
            parameters[kind] = _parameters_text(layers[index])
        text = f'{_OPENING}  name: "{name}"\n  type: "{schema.type}"\n'
        strings.append(name)
        for bottom in wiring.bottoms:
            text += f'  bottom: "{bottom}"\n'
            strings.append(bottom)
        for top in wiring.tops:
            text += f'  top: "{top}"\n'
            strings.append(top)
        pieces.append(text)
        pieces.append(parameters[kind])
    # One search through all names costs less than one for each. A net with such a name is rare.
    if not _UNESCAPED.fullmatch("".join(strings)):
        return writer.write(message)
    return "".join(pieces)


def _head(message: Any) -> str:
    """The text of all fields but the layers, which come last."""
    fields = {}
    for field, value in message.ListFields():
        if field.name != "layer":
            fields[field.name] = value
    return writer.write(proto.NetParameter(**fields))


def _layer_text(layer: proto.LayerParameter) -> str:
    # Within a net, because protobuf then indents the fields of the layer.
    return writer.write(proto.NetParameter(layer=[layer]))


def _parameters_text(layer: proto.LayerParameter) -> str:
    """The end of a layer's text, after its tops."""
    rest = proto.LayerParameter()
    rest.CopyFrom(layer)
    rest.ClearField("name")
    rest.ClearField("type")
    rest.ClearField("bottom")
    rest.ClearField("top")
    return _layer_text(rest).removeprefix(_OPENING)
