"""From the keywords of a layer call to the fields of its message.

A layer type takes the fields of its own parameter messages, flat, and those of the layer itself.
What a keyword means is worked out once for each type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from protogen import proto
from protogen.diagnostics import did_you_mean
from protogen.schema import LayerSchema

__all__ = ["Keyword", "KeywordProblem", "keywords_of"]

#: Keywords with a meaning of their own; the composer reads them before the rest.
OWN = ("name", "top", "ntop", "in_place")

#: Fields of the layer that any type takes as they are.
COMMON = ("loss_weight", "param", "propagate_down", "include", "exclude", "phase", "blobs")


class KeywordProblem(Exception):
    """A keyword that a layer type does not take, or not with this value."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class Keyword(NamedTuple):
    """Where a keyword's value goes: a field of a parameter message, or of the layer itself."""

    home: str
    convert: Callable[[Any], Any] | None
    field: Any


def _as_list(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else [value]


def _as_shape(value: Any) -> Any:
    """A BlobShape from a list of sizes."""
    return {"dim": list(value)} if isinstance(value, (list, tuple)) else value


def _as_shapes(value: Any) -> Any:
    """BlobShapes from one list of sizes, or a list of such lists."""
    if not isinstance(value, (list, tuple)):
        return [value]
    several = any(isinstance(each, (list, tuple, Mapping, Message)) for each in value)
    return [_as_shape(shape) for shape in value] if several else [_as_shape(value)]


def _converter(field: Any) -> Callable[[Any], Any] | None:
    is_shape = field.message_type is not None and field.message_type.name == "BlobShape"
    if is_repeated(field):
        return _as_shapes if is_shape else _as_list
    return _as_shape if is_shape else None


def is_repeated(field: Any) -> bool:
    """Whether a field may be given several times, in any version of protobuf."""
    try:
        return bool(field.is_repeated)
    except AttributeError:  # before 6.30
        return bool(field.label == FieldDescriptor.LABEL_REPEATED)


def _as_fields(descriptor: Any) -> Callable[[Any], Any]:
    """For a parameter message given whole: its fields take what keywords of theirs would."""

    def convert(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        fields = descriptor.fields_by_name
        converters = {name: name in fields and _converter(fields[name]) for name in value}
        return {name: (converters[name] or _as_is)(given) for name, given in value.items()}

    return convert


def _as_is(value: Any) -> Any:
    return value


_known: dict[str, dict[str, Keyword]] = {}


def keywords_of(schema: LayerSchema) -> Mapping[str, Keyword]:
    """Every keyword of a layer type but the composer's own."""
    if schema.type not in _known:
        _known[schema.type] = _gather(schema)
    return _known[schema.type]


def _gather(schema: LayerSchema) -> dict[str, Keyword]:
    fields = proto.LayerParameter.DESCRIPTOR.fields_by_name
    found: dict[str, Keyword] = {}
    for home in schema.params:
        parameter = fields[home].message_type
        assert parameter is not None
        for field in parameter.fields:
            if field.name not in found or _replaces(schema, home, field.name):
                found[field.name] = Keyword(home, _converter(field), field)
        found.setdefault(home, Keyword("", _as_fields(parameter), fields[home]))
    for name in COMMON:
        found.setdefault(name, Keyword("", _converter(fields[name]), fields[name]))
    return found


def _replaces(schema: LayerSchema, home: str, name: str) -> bool:
    """Whether a field goes before one of the same name in a message before its own.

    Data layers read ``scale``, ``mean_file``, ``crop_size`` and ``mirror`` from transform_param;
    what else has these names is V1's and means nothing today. But WindowData scales by its own.
    """
    return home == "transform_param" and (schema.type, name) != ("WindowData", "scale")


def explain(schema: LayerSchema, given: Mapping[str, Any]) -> KeywordProblem:
    """Which of the given keywords protobuf would not take, and why."""
    known = keywords_of(schema)
    for name, value in given.items():
        if name in OWN:
            continue
        keyword = known.get(name)
        if keyword is None:
            return _unknown(schema, name)
        problem = value_problem(keyword.field, value)
        if problem:
            return KeywordProblem(*problem)
        if keyword.home in given and not isinstance(given[keyword.home], Mapping):
            hint = f"set it in the message, or give {keyword.home} as a dict"
            return KeywordProblem(f"takes {name} or {keyword.home}, not both", hint)
    return KeywordProblem("its keywords make no valid message")


def _unknown(schema: LayerSchema, name: str) -> KeywordProblem:
    names = [*keywords_of(schema), *OWN]
    hint = did_you_mean(name, names)
    if not hint:
        own = [k for k, v in keywords_of(schema).items() if v.home]
        hint = f"it takes {', '.join(own)}" if own else "it takes no parameters of its own"
    return KeywordProblem(f'takes no keyword "{name}"', hint)


def value_problem(field: Any, value: Any) -> tuple[str, str] | None:
    """What is wrong with the value of a field: a sentence and a hint; ``None`` if nothing."""
    convert = _converter(field)
    values = convert(value) if convert and is_repeated(field) else [value]
    for each in values:
        problem = _single_problem(field, each)
        if problem:
            return problem
    return None


_KINDS = {
    FieldDescriptor.CPPTYPE_STRING: ((str, bytes), "a string"),
    FieldDescriptor.CPPTYPE_BOOL: ((bool, int), "True or False"),
    FieldDescriptor.CPPTYPE_FLOAT: ((int, float), "a number"),
    FieldDescriptor.CPPTYPE_DOUBLE: ((int, float), "a number"),
}

_RANGES = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}


#: How messages are given most easily.
_WRITTEN = {
    "FillerParameter": "write fillers.xavier() and the like",
    "BlobShape": "write a list of sizes, such as [1, 3, 224, 224]",
}


def _single_problem(field: Any, value: Any) -> tuple[str, str] | None:
    if field.message_type is not None:
        return _message_problem(field, value)
    if field.enum_type is not None:
        return _enum_problem(field, value)
    if field.cpp_type in _KINDS:
        types, kind = _KINDS[field.cpp_type]
        if not isinstance(value, types):
            return f"{field.name} is {kind}, not {value!r}", ""
        return None
    least, most = _RANGES[field.cpp_type]
    if isinstance(value, bool) or not isinstance(value, int):
        return f"{field.name} is a whole number, not {value!r}", ""
    if not least <= value <= most:
        return f"{field.name} is {value}, which is outside of {least} to {most}", ""
    return None


def _enum_problem(field: Any, value: Any) -> tuple[str, str] | None:
    names = list(field.enum_type.values_by_name)
    if isinstance(value, str) and value not in names:
        near = did_you_mean(value, names) or f"it is one of {', '.join(names)}"
        return f'{field.name} "{value}" is not known', near
    if isinstance(value, int) and value not in field.enum_type.values_by_number:
        return f"{field.name} {value} is not known", f"it is one of {', '.join(names)}"
    if not isinstance(value, (str, int)):
        return f"{field.name} is one of {', '.join(names)}, not {value!r}", ""
    return None


def _message_problem(field: Any, value: Any) -> tuple[str, str] | None:
    descriptor = field.message_type
    if getattr(value, "DESCRIPTOR", None) is descriptor:
        return None
    convert = _converter(field)
    value = convert(value) if convert and not is_repeated(field) else value
    if not isinstance(value, Mapping):
        kind = f"a {descriptor.name} or a dict of its fields"
        return f"{field.name} is {kind}, not {value!r}", _WRITTEN.get(descriptor.name, "")
    for name, inner in value.items():
        if name not in descriptor.fields_by_name:
            near = did_you_mean(str(name), descriptor.fields_by_name)
            return f'{field.name} has no field "{name}"', near
        problem = value_problem(descriptor.fields_by_name[name], inner)
        if problem:
            return f"{field.name}: {problem[0]}", problem[1]
    return None
