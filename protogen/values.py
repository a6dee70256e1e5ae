"""What a field of a message takes in Python, and what is wrong with a value it does not take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from protogen.diagnostics import did_you_mean
from protogen.proto.fields import is_repeated

__all__ = ["Problem", "converter", "fields_problem", "value_problem"]


class Problem(NamedTuple):
    """A sentence, and a hint or nothing."""

    message: str
    hint: str = ""


# Shorter ways to write a value -----------------------------------------------------------------


def converter(field: Any) -> Callable[[Any], Any] | None:
    """From what a user writes to what protobuf takes; ``None`` where these are the same.

    A repeated field takes a single value, a BlobShape a list of sizes.
    """
    is_shape = field.message_type is not None and field.message_type.name == "BlobShape"
    if is_repeated(field):
        return _as_shapes if is_shape else _as_list
    return _as_shape if is_shape else None


def _as_list(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else [value]


def _as_shape(value: Any) -> Any:
    """A BlobShape from a list of sizes."""
    return {"dim": list(value)} if isinstance(value, (list, tuple)) else value


def _as_shapes(value: Any) -> Any:
    """BlobShapes from one list of sizes, or from a list of such lists."""
    if not isinstance(value, (list, tuple)):
        return [value]
    if any(isinstance(each, (list, tuple, Mapping, Message)) for each in value):
        return [_as_shape(shape) for shape in value]
    return [_as_shape(value)]


# What is wrong with a value --------------------------------------------------------------------


def fields_problem(descriptor: Any, given: Mapping[str, Any], what: str) -> Problem | None:
    """The first of the given fields that a message does not take; ``what`` names the message."""
    for name, value in given.items():
        field = descriptor.fields_by_name.get(name)
        if field is None:
            hint = did_you_mean(str(name), descriptor.fields_by_name)
            return Problem(f'{what} has no field "{name}"', hint)
        problem = value_problem(field, value)
        if problem:
            return Problem(f"{what}: {problem.message}", problem.hint)
    return None


def value_problem(field: Any, value: Any) -> Problem | None:
    """What is wrong with the value of a field; ``None`` if nothing is."""
    values = [value]
    convert = converter(field)
    if convert is not None:
        values = convert(value) if is_repeated(field) else [convert(value)]
    for each in values:
        problem = _element_problem(field, each)
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
_EASIEST = {
    "FillerParameter": "use protogen.fillers, such as fillers.xavier()",
    "BlobShape": "give a list of sizes, such as [1, 3, 224, 224]",
}


def _element_problem(field: Any, value: Any) -> Problem | None:
    if field.message_type is not None:
        return _message_problem(field, value)
    if field.enum_type is not None:
        return _enum_problem(field, value)
    if field.cpp_type in _KINDS:
        types, kind = _KINDS[field.cpp_type]
        if isinstance(value, types):
            return None
        return Problem(f"{field.name} must be {kind}, got {value!r}")
    least, most = _RANGES[field.cpp_type]
    if isinstance(value, bool) or not isinstance(value, int):
        return Problem(f"{field.name} must be an integer, got {value!r}")
    if not least <= value <= most:
        return Problem(f"{field.name} must be from {least} to {most}, got {value}")
    return None


def _enum_problem(field: Any, value: Any) -> Problem | None:
    enum = field.enum_type
    names = ", ".join(enum.values_by_name)
    if isinstance(value, str):
        if value in enum.values_by_name:
            return None
        hint = did_you_mean(value, enum.values_by_name) or f"expected one of {names}"
        return Problem(f'{field.name} has no value "{value}"', hint)
    if isinstance(value, int):
        if value in enum.values_by_number:
            return None
        return Problem(f"{field.name} has no value {value}", f"expected one of {names}")
    return Problem(f"{field.name} must be one of {names}, got {value!r}")


def _message_problem(field: Any, value: Any) -> Problem | None:
    descriptor = field.message_type
    if getattr(value, "DESCRIPTOR", None) is descriptor:
        return None
    if isinstance(value, Mapping):
        return fields_problem(descriptor, value, field.name)
    message = f"{field.name} must be a {descriptor.name} or a dict of its fields, got {value!r}"
    return Problem(message, _EASIEST.get(descriptor.name, ""))
