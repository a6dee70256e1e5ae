"""What the schema says about a field, asked in a way that every protobuf release answers."""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from protogen.proto import forks_of

__all__ = [
    "INTEGER_RANGES",
    "clear_field",
    "expected_value",
    "has_field",
    "has_required",
    "is_repeated",
    "value_names",
]

_D = FieldDescriptor

#: The least and the greatest value of each integer type.
INTEGER_RANGES = {
    **dict.fromkeys((_D.TYPE_INT32, _D.TYPE_SINT32, _D.TYPE_SFIXED32), (-(2**31), 2**31 - 1)),
    **dict.fromkeys((_D.TYPE_INT64, _D.TYPE_SINT64, _D.TYPE_SFIXED64), (-(2**63), 2**63 - 1)),
    **dict.fromkeys((_D.TYPE_UINT32, _D.TYPE_FIXED32), (0, 2**32 - 1)),
    **dict.fromkeys((_D.TYPE_UINT64, _D.TYPE_FIXED64), (0, 2**64 - 1)),
}


#: What a value of each other scalar type is called.
_EXPECTED = {
    _D.TYPE_BOOL: "true or false",
    _D.TYPE_FLOAT: "a number",
    _D.TYPE_DOUBLE: "a number",
    _D.TYPE_STRING: "a string",
    _D.TYPE_BYTES: "a string",
}


def is_repeated(field: FieldDescriptor) -> bool:
    """Whether a field holds a list of values."""
    return _has_label(field, "repeated")


def is_required(field: FieldDescriptor) -> bool:
    """Whether a message is invalid without a field."""
    return _has_label(field, "required")


@cache
def has_required(descriptor: Descriptor) -> bool:
    """Whether a message has a required field; messages inside it do not count."""
    return any(map(is_required, descriptor.fields))


def _has_label(field: Any, label: str) -> bool:
    # New protobuf releases deprecate `label`; old ones lack `is_repeated` and `is_required`.
    answer: bool | None = getattr(field, f"is_{label}", None)
    if answer is not None:
        return answer
    return bool(field.label == getattr(field, f"LABEL_{label.upper()}"))


def has_field(message: Message, name: str) -> bool:
    """``HasField`` for a name that is known only at run time.

    That of a typed message accepts the names of its own fields, as literals.
    """
    return message.HasField(name)


def clear_field(message: Message, name: str) -> None:
    """``ClearField`` for a name that is known only at run time."""
    message.ClearField(name)


def value_names(enum: EnumDescriptor) -> list[str]:
    """The names of an enum's values in BVLC Caffe, or all names of an enum of a fork."""
    names = []
    for value in enum.values:
        if not forks_of(value):
            names.append(value.name)
    # All values of a fork's enum are marked.
    if not names:
        return list(enum.values_by_name)
    return names


def expected_value(field: FieldDescriptor) -> str:
    """What one value of a field is called in a sentence, as in ``expected a string, got 3``."""
    if field.enum_type is not None:
        return f"one of {', '.join(value_names(field.enum_type))}"
    if field.message_type is not None:
        return "a message"
    if field.type in INTEGER_RANGES:
        least, _ = INTEGER_RANGES[field.type]
        return "an integer" if least else "a non-negative integer"
    return _EXPECTED[field.type]
