"""Layers given to insert or to replace by: as messages, as dicts of fields, or as prototxt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from protogen import proto
from protogen.diagnostics import ProtogenError
from protogen.editing._wires import reject
from protogen.rules.text import reading_errors
from protogen.text import read
from protogen.values import converter, fields_problem

__all__ = ["NewLayers", "new_layers"]

#: What describes one layer, or several of which each reads the one before it.
NewLayers = proto.LayerParameter | Mapping[str, Any] | str | list[Any] | tuple[Any, ...]


def new_layers(given: NewLayers, net: proto.NetParameter) -> list[proto.LayerParameter]:
    """The layers for a net, as messages of their own. Raises `ProtogenError`."""
    if isinstance(given, (list, tuple)):
        found = []
        for each in given:
            found += new_layers(each, net)
    else:
        found = _layers(given, net)
    if not found:
        reject("expected a layer, got none")
    for layer in found:
        # Tops are named after the layer, and Caffe aborts without a type.
        if not layer.name or not layer.type:
            reject("a new layer needs a name and a type", layer)
    return found


def _layers(given: Any, net: proto.NetParameter) -> list[proto.LayerParameter]:
    """The layers in a text, or the single layer of a message or a dict."""
    if isinstance(given, str):
        return _read(given, type(net))
    # A net of the user's schema has layers of a class of its own.
    empty = type(net)().layer.add()
    return [_message(given, empty)]


def _read(text: str, net_class: type[proto.NetParameter]) -> list[proto.LayerParameter]:
    """The layers in prototxt: ``layer { ... }``, or the fields of one layer alone."""
    if not text.lstrip().startswith("layer"):
        text = f"layer {{ {text} }}"
    document = read(text, net_class, "<layer>")
    # In a file, an unknown field may be one of a fork. Here it is new, and so a mistake.
    unknown = [each for each in document.diagnostics if each.name == "unknown-field"]
    mistakes = [*reading_errors(document.diagnostics), *unknown]
    if mistakes:
        raise ProtogenError(mistakes)
    return list(document.message.layer)


def _message(given: Any, layer: proto.LayerParameter) -> proto.LayerParameter:
    """Fill ``layer``, which is empty, and is of the schema of the net."""
    if isinstance(given, Message) and given.DESCRIPTOR.full_name == layer.DESCRIPTOR.full_name:
        # By way of bytes, because the net may have the schema of a fork: another class.
        layer.MergeFromString(given.SerializePartialToString())
        return layer
    if not isinstance(given, Mapping):
        reject(f"expected a LayerParameter, a dict of its fields or prototxt, got {given!r:.60}")
    problem = fields_problem(layer.DESCRIPTOR, given, "a layer")
    if problem:
        reject(problem.message, hint=problem.hint)
    return type(layer)(**_converted(layer.DESCRIPTOR, given))


def _converted(descriptor: Descriptor, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as protobuf accepts them: also one value for a repeated field."""
    found = {}
    for name, value in given.items():
        field = descriptor.fields_by_name[name]
        convert = converter(field)
        if convert is not None:
            value = convert(value)
        if field.message_type is not None and isinstance(value, Mapping):
            value = _converted(field.message_type, value)
        found[name] = value
    return found
