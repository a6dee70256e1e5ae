"""The reference of a layer type: what it takes and makes, its fields, what it learns."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from google.protobuf.descriptor import FieldDescriptor

from protogen import proto
from protogen.values import is_repeated
from protogen.reports._comments import comments
from protogen.schema import Arity, Fault, LayerSchema
from protogen.shapes import format_shape

__all__ = ["Field", "Parameter", "Reference", "refer"]


class Field(NamedTuple):
    """A field of a parameter message, which is also a keyword of the layer in Python.

    ``forks`` are those that define it; none if BVLC Caffe does.
    """

    name: str
    type: str
    default: str
    comment: str
    forks: tuple[str, ...]


class Parameter(NamedTuple):
    """A message with parameters of a layer, as the layer's field of this ``name`` holds it."""

    name: str
    message: str
    fields: list[Field]
    fork_fields: list[Field]


@dataclass(frozen=True)
class Reference:
    """All that is declared of a layer type. ``learns`` is an example with numbers, or empty."""

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


def refer(schema: LayerSchema) -> Reference:
    """The reference of one type."""
    doc = inspect.getdoc(schema) or ""
    bottoms, tops = schema.arity(proto.LayerParameter(type=schema.type))
    varies = (bottoms, tops) != (schema.bottoms, schema.tops)
    also = "; more if its parameters ask for them" if varies else ""
    return Reference(
        schema.type,
        " ".join(doc.partition("\n\n")[0].split()),
        doc,
        _arity(bottoms) + also,
        "one for each bottom" if schema.paired else _arity(tops) + also,
        schema.formula,
        _learns(schema),
        schema.loss,
        [_parameter(name) for name in schema.params],
        schema.source,
    )


def _arity(arity: Arity) -> str:
    least, most = (arity, arity) if isinstance(arity, int) else arity
    if least == most:
        return str(least) if least else "none"
    if most is None:
        return f"{least} or more" if least else "any number"
    return f"{least} or {most}" if most == least + 1 else f"{least} to {most}"


def _parameter(name: str) -> Parameter:
    message = proto.LayerParameter.DESCRIPTOR.fields_by_name[name].message_type
    fields = [_field(field) for field in message.fields]
    return Parameter(
        name,
        message.name,
        [field for field in fields if not field.forks],
        [field for field in fields if field.forks],
    )


def _field(field: Any) -> Field:
    forks = proto.forks_of(field)
    repeated = "repeated " if is_repeated(field) else ""
    comment = comments().get(field.full_name, "")
    return Field(field.name, repeated + _type(field, forks), _default(field), comment, forks)


_NUMBERS = {
    FieldDescriptor.CPPTYPE_INT32: "int",
    FieldDescriptor.CPPTYPE_INT64: "int",
    FieldDescriptor.CPPTYPE_UINT32: "uint",
    FieldDescriptor.CPPTYPE_UINT64: "uint",
    FieldDescriptor.CPPTYPE_FLOAT: "float",
    FieldDescriptor.CPPTYPE_DOUBLE: "double",
    FieldDescriptor.CPPTYPE_BOOL: "bool",
    FieldDescriptor.CPPTYPE_STRING: "string",
}


def _type(field: Any, forks: Sequence[str]) -> str:
    """A number's kind, a message's name, or the values of an enum: BVLC's, for a field of BVLC."""
    if field.message_type is not None:
        return str(field.message_type.name)
    if field.enum_type is None:
        return _NUMBERS[field.cpp_type]
    values = field.enum_type.values
    return ", ".join(v.name for v in values if forks or not proto.forks_of(v))


def _default(field: Any) -> str:
    if is_repeated(field) or field.message_type is not None or not field.has_default_value:
        return ""
    if field.enum_type is not None:
        return str(field.enum_type.values_by_number[field.default_value].name)
    if isinstance(field.default_value, bool):
        return str(field.default_value).lower()
    if isinstance(field.default_value, str):
        return f'"{field.default_value}"'
    # A float's default is held as a double: 0.1 would be 0.10000000149011612.
    return f"{field.default_value:.7g}"


# What a layer learns is asked of its schema, with an example of parameters and of bottoms.
_SETTINGS = {"num_output": 6, "kernel_size": [3], "input_dim": 9, "shape": {"dim": [4, 5]}}
_BOTTOMS: tuple[tuple[tuple[int, ...], ...], ...] = ((), ((2, 3, 8, 8),), ((7, 2, 5), (7, 2)))


def _learns(schema: LayerSchema) -> str:
    settings = _settings(schema.param)
    given = {schema.param: settings} if settings else {}
    layer = proto.LayerParameter(type=schema.type, **given)
    for bottoms in _BOTTOMS:
        try:
            blobs = schema.infer(layer, bottoms, 1).blobs
        except Fault:
            continue
        if blobs:
            learnt = ", ".join(f"{blob.name} {format_shape(blob.shape)}" for blob in blobs)
            return f"{learnt} (for {', '.join(_circumstances(bottoms, settings))})"
    return ""


def _settings(param: str) -> dict[str, Any]:
    """The example's value of those fields that the parameter message has."""
    if not param:
        return {}
    fields = proto.LayerParameter.DESCRIPTOR.fields_by_name[param].message_type.fields_by_name
    return {
        name: value
        for name, value in _SETTINGS.items()
        if name in fields and is_repeated(fields[name]) == isinstance(value, list)
    }


def _circumstances(bottoms: tuple[tuple[int, ...], ...], settings: dict[str, Any]) -> Iterator[str]:
    for name, value in settings.items():
        if isinstance(value, dict):
            yield f"{name} {format_shape(value['dim'])}"
        else:
            yield f"{name} {value[0] if isinstance(value, list) else value}"
    if bottoms:
        plural = "s" if len(bottoms) > 1 else ""
        yield f"bottom{plural} of {' and '.join(map(format_shape, bottoms))}"
