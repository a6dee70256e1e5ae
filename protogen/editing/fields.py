"""Set one field of all layers whose name matches a pattern."""

from __future__ import annotations

from typing import Any, cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from protogen import layers as layer_types
from protogen import proto
from protogen.diagnostics import did_you_mean
from protogen.editing._wires import layers_named, reject, similar_name
from protogen.edits import Edit, Path, delete, parse_path
from protogen.proto.fields import has_field, is_repeated
from protogen.text import read
from protogen.values import value_problem

__all__ = ["field_setting", "value_from_text"]

#: How a field of a layer's parameters is written.
_EXAMPLE = "convolution_param.engine"


def field_setting(net: proto.NetParameter, pattern: str, field: str, value: Any) -> list[Edit]:
    """The edits that set a field, such as ``convolution_param.engine``, or with ``None`` remove it.

    Layers of types that do not read the parameter message are left out. Raises `ProtogenError` if
    none is left, and for a field that does not exist or does not take the value.
    """
    path = parse_path(field)
    descriptor = _field_at(path, field, _layer_descriptor(net))
    home = str(path[0])
    edits = []
    if value is None:
        for index in _layers_with(net, pattern, home):
            # An edit cannot delete what does not exist.
            if _is_set(net.layer[index], path):
                edits.append(delete(("layer", index, *path)))
        return edits
    problem = value_problem(descriptor, value)
    if problem:
        reject(problem.message, hint=problem.hint)
    # An edit of a repeated field takes a list, and users may give its only element.
    if _is_list(descriptor, path) and not isinstance(value, (list, tuple)):
        value = [value]
    for index in _layers_with(net, pattern, home):
        edits.append(Edit(("layer", index, *path), "set", value))
    return edits


def _layers_with(net: proto.NetParameter, pattern: str, field: str) -> list[int]:
    """The layers that match a pattern and read a field. Raises `ProtogenError` if there is none."""
    matching = layers_named(net, pattern)
    if not matching:
        near = similar_name(net, pattern)
        reject(f'no layer has a name that matches "{pattern}"', hint=near)
    found = [index for index in matching if _takes(net.layer[index], field)]
    if not found:
        layer = net.layer[matching[0]]
        reject(f'no layer that matches "{pattern}" has {field}', hint=_own_fields(layer))
    return found


def value_from_text(field: str, text: str, net: proto.NetParameter | None = None) -> Any:
    """The value of a layer's field as it is written in prototxt: ``CAFFE``, ``true``, ``[1, 2]``.

    The layer is one of ``net``, which may have a schema of its own. Raises `ProtogenError` for a
    field that does not exist, or does not take the value.
    """
    path = parse_path(field)
    layer = _layer_descriptor(net)
    descriptor = _field_at(path, field, layer)
    # The reader knows how every type of value is written, so a layer with only this field is read.
    names = [str(step) for step in path if not isinstance(step, int)]
    around = names[:-1]
    source = _written(descriptor, text)
    for name in reversed(around):
        source = f"{name} {{ {source} }}"
    document = read(source, proto.message_class(layer), f"<{field}>")
    if document.diagnostics:
        reject(f'{field} cannot be "{text}": {document.diagnostics[0].message}')
    message: Any = document.message
    for name in around:
        message = _only_value(message, name)
    if _is_list(descriptor, path):
        return list(getattr(message, descriptor.name))
    return _only_value(message, descriptor.name)


def _written(field: FieldDescriptor, text: str) -> str:
    """A field with its value as prototxt."""
    if field.message_type is None:
        # A shell removes the quotes of a string, so they may be left out.
        is_string = field.cpp_type == field.CPPTYPE_STRING
        if is_string and not text.startswith(('"', "'", "[")):
            text = f'"{text}"'
        return f"{field.name}: {text}"
    if text.lstrip().startswith(("{", "[")):
        return f"{field.name} {text}"
    return f"{field.name} {{ {text} }}"


def _only_value(message: Any, name: str) -> Any:
    """The value of a field that is written once."""
    value = getattr(message, name)
    return value[0] if is_repeated(message.DESCRIPTOR.fields_by_name[name]) else value


def _is_list(field: FieldDescriptor, path: Path) -> bool:
    """Whether a path leads to a repeated field as a whole, not to one of its elements."""
    return is_repeated(field) and not isinstance(path[-1], int)


def _is_set(message: Any, path: Path) -> bool:
    """Whether the field that a path leads to is set, or has elements."""
    name, *rest = path
    value = getattr(message, str(name))
    if is_repeated(message.DESCRIPTOR.fields_by_name[name]):
        if not rest:
            return len(value) > 0
        # The path continues with the index of an element.
        index, *rest = rest
        if not isinstance(index, int) or index >= len(value):
            return False
        value = value[index]
    elif not has_field(message, str(name)):
        return False
    return _is_set(value, tuple(rest)) if rest else True


def _layer_descriptor(net: proto.NetParameter | None) -> Descriptor:
    """What a layer of a net may have."""
    if net is None:
        return proto.LayerParameter.DESCRIPTOR
    return cast("Descriptor", net.DESCRIPTOR.fields_by_name["layer"].message_type)


def _field_at(path: Path, text: str, layer: Descriptor) -> FieldDescriptor:
    """The field that a path leads to. Raises `ProtogenError` if there is none."""
    descriptor: Descriptor | None = layer
    found: FieldDescriptor | None = None
    for step in path:
        # The position of an element does not change which field it is.
        if isinstance(step, int):
            continue
        if descriptor is None:
            reject(f'"{text}": a field before "{step}" is not a message')
        found = descriptor.fields_by_name.get(step)
        if found is None:
            hint = did_you_mean(step, descriptor.fields_by_name)
            # A parameter such as num_output, without its convolution_param.
            if not hint and "." not in text:
                hint = f"name its message, too: {_EXAMPLE}"
            reject(f'{descriptor.name} has no field "{step}"', hint=hint)
        descriptor = found.message_type
    if found is None:
        reject(f"expected a field, such as {_EXAMPLE}")
    return found


def _takes(layer: proto.LayerParameter, home: str) -> bool:
    """Whether a layer reads the field ``home``: its own parameter messages, and common fields."""
    if not home.endswith("_param"):
        return True
    schema = layer_types.find(layer.type)
    # A type of an unknown fork may read any of them.
    if schema is None:
        return True
    return home in schema.params or has_field(layer, home)


def _own_fields(layer: proto.LayerParameter) -> str:
    """The parameter messages that a layer may have, as a hint."""
    schema = layer_types.find(layer.type)
    if schema is None or not schema.params:
        return f'"{layer.name}" ({layer.type}) has no parameters of its own'
    return f'"{layer.name}" ({layer.type}) has {", ".join(schema.params)}'
