"""Set one field of all layers whose name matches a pattern."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any, cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from protogen import layers as layer_types
from protogen import proto
from protogen.diagnostics import did_you_mean
from protogen.editing._wires import reject
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
    problem = None if value is None else value_problem(descriptor, value)
    if problem:
        reject(problem.message, hint=problem.hint)
    matching = [index for index, each in enumerate(net.layer) if fnmatchcase(each.name, pattern)]
    if not matching:
        near = did_you_mean(pattern, {layer.name for layer in net.layer})
        reject(f'no layer has a name that matches "{pattern}"', hint=near)
    home = str(path[0])
    indices = [index for index in matching if _takes(net.layer[index], home)]
    if not indices:
        layer = net.layer[matching[0]]
        reject(f'no layer that matches "{pattern}" has {home}', hint=_own_fields(layer))
    edits = []
    for index in indices:
        edit = _edit(net.layer[index], path, descriptor, value, ("layer", index, *path))
        if edit is not None:
            edits.append(edit)
    return edits


def value_from_text(field: str, text: str, net: proto.NetParameter | None = None) -> Any:
    """The value of a layer's field as it is written in prototxt: ``CAFFE``, ``true``, ``[1, 2]``.

    The layer is one of ``net``, which may have a schema of its own. Raises `ProtogenError` for a
    field that does not exist, or does not take the value.
    """
    path = parse_path(field)
    layer = _layer_descriptor(net)
    descriptor = _field_at(path, field, layer)
    # The reader knows how every type of value is written, so a layer with only this field is read.
    around = [str(step) for step in path[:-1] if not isinstance(step, int)]
    if isinstance(path[-1], int):
        around.pop()
    value = f'"{text}"' if _is_bare_string(descriptor, text) else text
    colon = "" if descriptor.message_type is not None else ":"
    body = f"{{ {value} }}" if not colon and not value.lstrip().startswith(("{", "[")) else value
    source = f"{' { '.join([*around, descriptor.name])}{colon} {body}{' }' * len(around)}"
    document = read(source, proto.message_class(layer), f"<{field}>")
    if document.diagnostics:
        reject(f'{field} cannot be "{text}": {document.diagnostics[0].message}')
    message: Any = document.message
    for step in around:
        holder = message.DESCRIPTOR.fields_by_name[step]
        message = getattr(message, step)[0] if is_repeated(holder) else getattr(message, step)
    found = getattr(message, descriptor.name)
    if not is_repeated(descriptor):
        return found
    return found[0] if isinstance(path[-1], int) else list(found)


def _is_bare_string(field: FieldDescriptor, text: str) -> bool:
    return field.cpp_type == field.CPPTYPE_STRING and not text.startswith(('"', "'", "["))


def _edit(
    layer: Any, path: Path, descriptor: FieldDescriptor, value: Any, full_path: Path
) -> Edit | None:
    if value is None:
        return delete(full_path) if _is_set(layer, path) else None
    whole = is_repeated(descriptor) and not isinstance(path[-1], int)
    if whole and not isinstance(value, (list, tuple)):
        value = [value]
    return Edit(full_path, "set", value)


def _is_set(message: Any, path: Path) -> bool:
    """Whether the field that a path leads to is set, or has elements."""
    name, *rest = path
    value = getattr(message, str(name))
    if is_repeated(message.DESCRIPTOR.fields_by_name[name]):
        if not rest:
            return len(value) > 0
        index, *rest = rest
        if not isinstance(index, int) or index >= len(value):
            return False
        return not rest or _is_set(value[index], tuple(rest))
    if not has_field(message, str(name)):
        return False
    return not rest or _is_set(value, tuple(rest))


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
        if isinstance(step, int):
            continue
        if descriptor is None:
            reject(f'"{text}": a field before "{step}" is not a message')
        found = descriptor.fields_by_name.get(step)
        if found is None:
            near = did_you_mean(step, descriptor.fields_by_name)
            hint = near or ("" if "." in text else f"name its message, too: {_EXAMPLE}")
            reject(f'{descriptor.name} has no field "{step}"', hint=hint)
        descriptor = found.message_type
    if found is None:
        reject(f"expected a field, such as {_EXAMPLE}")
    return found


def _takes(layer: Any, home: str) -> bool:
    """Whether a layer reads the field ``home``: its own parameter messages, and common fields."""
    if not home.endswith("_param"):
        return True
    schema = layer_types.find(layer.type)
    return schema is None or home in schema.params or has_field(layer, home)


def _own_fields(layer: Any) -> str:
    schema = layer_types.find(layer.type)
    if schema is None or not schema.params:
        return f'"{layer.name}" ({layer.type}) has no parameters of its own'
    return f'"{layer.name}" ({layer.type}) has {", ".join(schema.params)}'
