"""The reference of a layer type: its bottoms and tops, its fields, its learnable blobs."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from protogen import proto
from protogen.proto.fields import is_repeated
from protogen.reports.field_comments import field_comments
from protogen.schema import Arity, Fault, LayerSchema
from protogen.shapes import format_shape

__all__ = ["Field", "LayerReference", "Parameter", "layer_reference"]


class Field(NamedTuple):
    """A field of a parameter message, which is also a keyword of the layer in Python.

    ``forks`` are the forks that define it; there are none if BVLC Caffe does.
    """

    name: str
    type: str
    default: str
    comment: str
    forks: tuple[str, ...]


class Parameter(NamedTuple):
    """A message with parameters, in the field ``name`` of the layer."""

    name: str
    message: str
    fields: list[Field]
    fork_fields: list[Field]


@dataclass(frozen=True)
class LayerReference:
    """Everything that a layer type declares.

    ``learns`` is an example of its learnable blobs; it is empty if the type learns nothing.
    ``forks`` are the forks that define the type; it is empty for a type of BVLC Caffe.
    """

    type: str
    summary: str
    doc: str
    bottoms: str
    tops: str
    formula: str
    learns: str
    loss: bool
    parameters: list[Parameter]
    source: str
    forks: tuple[str, ...]


def layer_reference(schema: LayerSchema) -> LayerReference:
    """The reference of one type."""
    doc = inspect.getdoc(type(schema)) or ""
    first_paragraph = doc.partition("\n\n")[0]
    # The numbers for default parameters. If they are not those that the class declares, the type
    # computes them from its parameters.
    bottoms, tops = schema.arity(proto.LayerParameter(type=schema.type))
    varies = (bottoms, tops) != (schema.bottoms, schema.tops)
    more = ""
    if varies:
        more = "; more with some parameters"
    return LayerReference(
        schema.type,
        " ".join(first_paragraph.split()),
        doc,
        _arity(bottoms) + more,
        "one for each bottom" if schema.paired else _arity(tops) + more,
        schema.formula,
        _learns(schema),
        schema.loss,
        [_parameter(name) for name in schema.params],
        schema.source,
        schema.forks,
    )


def _arity(arity: Arity) -> str:
    """A number of bottoms or tops in words."""
    if arity == 0:
        return "none"
    if isinstance(arity, int):
        return str(arity)
    least, most = arity
    # Without an upper bound, 0 or more is no bound at all.
    if most is None and not least:
        return "any number"
    if most is None:
        return f"{least} or more"
    if most == least + 1:
        return f"{least} or {most}"
    return f"{least} to {most}"


def _parameter(name: str) -> Parameter:
    """A parameter message, with the fields of forks apart from those of BVLC Caffe."""
    message = _message(name)
    parameter = Parameter(name, message.name, [], [])
    for descriptor in message.fields:
        field = _field(descriptor)
        fields = parameter.fork_fields if field.forks else parameter.fields
        fields.append(field)
    return parameter


def _message(name: str) -> Descriptor:
    """The message of a parameter field of the layer."""
    message = proto.LayerParameter.DESCRIPTOR.fields_by_name[name].message_type
    assert message is not None, f"{name} is a scalar"
    return message


def _field(field: FieldDescriptor) -> Field:
    forks = proto.forks_of(field)
    repeated = ""
    if is_repeated(field):
        repeated = "repeated "
    comment = field_comments().get(field.full_name, "")
    return Field(field.name, repeated + _type(field, forks), _default(field), comment, forks)


_SCALARS = {
    FieldDescriptor.CPPTYPE_INT32: "int",
    FieldDescriptor.CPPTYPE_INT64: "int",
    FieldDescriptor.CPPTYPE_UINT32: "uint",
    FieldDescriptor.CPPTYPE_UINT64: "uint",
    FieldDescriptor.CPPTYPE_FLOAT: "float",
    FieldDescriptor.CPPTYPE_DOUBLE: "double",
    FieldDescriptor.CPPTYPE_BOOL: "bool",
    FieldDescriptor.CPPTYPE_STRING: "string",
}


def _type(field: FieldDescriptor, forks: Sequence[str]) -> str:
    """The type of a number, the name of a message, or the values of an enum.

    A field of BVLC Caffe shows only the enum values of BVLC Caffe.
    """
    if field.message_type is not None:
        return field.message_type.name
    if field.enum_type is None:
        return _SCALARS[field.cpp_type]
    names = []
    for value in field.enum_type.values:
        is_shown = forks or not proto.forks_of(value)
        if is_shown:
            names.append(value.name)
    return ", ".join(names)


def _default(field: FieldDescriptor) -> str:
    """The default of a field as prototxt writes it; empty if it has none."""
    if not field.has_default_value:
        return ""
    value = field.default_value
    if field.enum_type is not None:
        return field.enum_type.values_by_number[value].name
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    # The descriptor holds a float's default as a double: 0.1 would be 0.10000000149011612.
    return f"{value:.7g}"


#: Example values of fields: what a layer learns depends on its parameters.
_SETTINGS: dict[str, object] = {
    "num_output": 6,
    "kernel_size": [3],
    "input_dim": 9,
    "shape": {"dim": [4, 5]},
}

_Bottoms = tuple[tuple[int, ...], ...]
#: Example bottoms, for layers without any, for most layers and for recurrent ones.
_BOTTOMS: tuple[_Bottoms, ...] = ((), ((2, 3, 8, 8),), ((7, 2, 5), (7, 2)))


def _learns(schema: LayerSchema) -> str:
    """The learnable blobs for the first of the example bottoms that the layer accepts."""
    settings = _settings(schema.param)
    # Not even an empty message for types without settings: its presence may mean something.
    parameters: dict[str, Any] = {schema.param: settings} if settings else {}
    layer = proto.LayerParameter(type=schema.type, **parameters)
    for bottoms in _BOTTOMS:
        # A type that takes other bottoms rejects these: the next ones may fit.
        try:
            blobs = schema.infer(layer, bottoms, 1).blobs
        except Fault:
            continue
        if blobs:
            learned = ", ".join(f"{blob.name} {format_shape(blob.shape)}" for blob in blobs)
            return f"{learned} (for {_example(settings, bottoms)})"
    return ""


def _settings(param: str) -> dict[str, object]:
    """The example values of those fields that the parameter message has."""
    if not param:
        return {}
    fields = _message(param).fields_by_name
    settings: dict[str, object] = {}
    for name, value in _SETTINGS.items():
        field = fields.get(name)
        if field is None:
            continue
        # Several messages have fields with these names, some of them of another kind.
        if is_repeated(field) == isinstance(value, list):
            settings[name] = value
    return settings


def _example(settings: dict[str, object], bottoms: _Bottoms) -> str:
    """The example in words: ``num_output 6, bottom of 2x3x8x8``."""
    parts = []
    for name, value in settings.items():
        parts.append(f"{name} {_setting(value)}")
    shapes = " and ".join(map(format_shape, bottoms))
    if len(bottoms) == 1:
        parts.append(f"bottom of {shapes}")
    elif bottoms:
        parts.append(f"bottoms of {shapes}")
    return ", ".join(parts)


def _setting(value: object) -> str:
    if isinstance(value, dict):
        return format_shape(value["dim"])
    if isinstance(value, list):
        return str(value[0])
    return str(value)
