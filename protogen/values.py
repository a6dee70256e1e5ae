"""The Python values that a field of a message accepts, and what is wrong with any other value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from protogen.diagnostics import did_you_mean
from protogen.proto.fields import INTEGER_RANGES, is_repeated, value_names
from protogen.spelling import shown

__all__ = ["Converter", "Problem", "converter", "fields_problem", "value_problem"]

#: Turns what a user writes into what protobuf accepts.
Converter = Callable[[Any], Any]


class Problem(NamedTuple):
    """What is wrong with a value, and a hint, which may be empty."""

    message: str
    hint: str = ""


# Shorter ways to write a value -----------------------------------------------------------------


def converter(field: FieldDescriptor) -> Converter | None:
    """The conversion of the values that a user gives for a field; ``None`` if they need none.

    A repeated field accepts a single value, a BlobShape a list of sizes.
    """
    is_shape = field.message_type is not None and field.message_type.name == "BlobShape"
    return _CONVERTERS[is_shape, is_repeated(field)]


def _as_list(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return value
    return [value]


def _as_shape(value: object) -> object:
    """A BlobShape from a list of sizes."""
    if isinstance(value, (list, tuple)):
        return {"dim": list(value)}
    return value


def _as_shapes(value: object) -> list[object]:
    """BlobShapes from one list of sizes, or from a list of such lists."""
    if not isinstance(value, (list, tuple)):
        return [value]
    # One shape is enough to know: sizes and shapes cannot be mixed in a list.
    if any(map(_is_shape, value)):
        return list(map(_as_shape, value))
    return [_as_shape(value)]


def _is_shape(value: object) -> bool:
    """Whether it can only be a shape, and not one of its sizes."""
    return isinstance(value, (list, tuple, Mapping, Message))


#: By whether the field is a BlobShape, and whether it is repeated.
_CONVERTERS: dict[tuple[bool, bool], Converter | None] = {
    (False, False): None,
    (False, True): _as_list,
    (True, False): _as_shape,
    (True, True): _as_shapes,
}


# What is wrong with a value --------------------------------------------------------------------


def fields_problem(
    descriptor: Descriptor, given: Mapping[str, object], what: str
) -> Problem | None:
    """What is wrong with the first bad one of the given fields; ``what`` names the message."""
    for name, value in given.items():
        field = descriptor.fields_by_name.get(name)
        if field is None:
            hint = did_you_mean(str(name), descriptor.fields_by_name)
            return Problem(f'{what} has no field "{name}"', hint)
        problem = value_problem(field, value)
        if problem:
            return Problem(f"{what}: {problem.message}", problem.hint)
    return None


def value_problem(field: FieldDescriptor, value: object) -> Problem | None:
    """What is wrong with the value of a field; ``None`` if nothing is."""
    for element in _elements(field, value):
        problem = _element_problem(field, element)
        if problem:
            return problem
    return None


def _elements(field: FieldDescriptor, value: object) -> Iterable[object]:
    """The converted value, or each element of it if the field is repeated."""
    convert = converter(field)
    if convert is None:
        return [value]
    converted = convert(value)
    if is_repeated(field):
        elements: Iterable[object] = converted
        return elements
    return [converted]


# For a bool protobuf also accepts an integer, as in bias_term=0.
_KINDS = {
    FieldDescriptor.CPPTYPE_STRING: ((str, bytes), "a string"),
    FieldDescriptor.CPPTYPE_BOOL: ((bool, int), "True or False"),
    FieldDescriptor.CPPTYPE_FLOAT: ((int, float), "a number"),
    FieldDescriptor.CPPTYPE_DOUBLE: ((int, float), "a number"),
}

#: The shortest way to write a message, by its name.
_SHORTEST = {
    "FillerParameter": "use protogen.fillers, such as fillers.xavier()",
    "BlobShape": "give a list of sizes, such as [1, 3, 224, 224]",
}


def _element_problem(field: FieldDescriptor, value: object) -> Problem | None:
    if field.message_type is not None:
        return _message_problem(field, field.message_type, value)
    if field.enum_type is not None:
        return _enum_problem(field, field.enum_type, value)
    if field.cpp_type not in _KINDS:
        return _integer_problem(field, value)
    types, kind = _KINDS[field.cpp_type]
    if isinstance(value, types):
        return None
    return Problem(f"{field.name} must be {kind}, got {shown(value)}")


def _integer_problem(field: FieldDescriptor, value: object) -> Problem | None:
    # A bool is an int in Python, but current releases of protobuf reject it here.
    if isinstance(value, bool) or not isinstance(value, int):
        return Problem(f"{field.name} must be an integer, got {shown(value)}")
    least, most = INTEGER_RANGES[field.type]
    if not least <= value <= most:
        return Problem(f"{field.name} must be from {least} to {most}, got {value}")
    return None


def _enum_problem(field: FieldDescriptor, enum: EnumDescriptor, value: object) -> Problem | None:
    names = ", ".join(value_names(enum))
    if not isinstance(value, (str, int)):
        return Problem(f"{field.name} must be one of {names}, got {shown(value)}")
    # A value is known by its name or its number, whichever the user writes. Not `values_by_number`:
    # protobuf's lookup cuts a number to 32 bits.
    numbers = {each.number for each in enum.values}
    if value in enum.values_by_name or value in numbers:
        return None
    hint = f"expected one of {names}"
    if isinstance(value, int):
        return Problem(f"{field.name} has no value {value}", hint)
    hint = did_you_mean(value, enum.values_by_name) or hint
    return Problem(f'{field.name} has no value "{value}"', hint)


def _message_problem(
    field: FieldDescriptor, descriptor: Descriptor, value: object
) -> Problem | None:
    # pycaffe's message of the same name has another descriptor, and protobuf rejects it.
    if getattr(value, "DESCRIPTOR", None) is descriptor:
        return None
    if isinstance(value, Mapping):
        return fields_problem(descriptor, value, field.name)
    message = (
        f"{field.name} must be a {descriptor.name} or a dict of its fields, got {shown(value)}"
    )
    return Problem(message, _SHORTEST.get(descriptor.name, ""))
