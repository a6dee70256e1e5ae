"""Which schema a message type belongs to, and its values as the text of that schema has them.

The schemas of users are made in `user_schema`, which is imported only if there is one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from google.protobuf.descriptor import FieldDescriptor

from protogen.proto.fields import INTEGER_RANGES, is_repeated

if TYPE_CHECKING:
    from protogen.proto.user_schema import UserSchema

__all__ = ["add_schema", "fitted", "schema_of", "written"]

_D = FieldDescriptor
_FLOATS = (_D.TYPE_FLOAT, _D.TYPE_DOUBLE)
_STRINGS = (_D.TYPE_STRING, _D.TYPE_BYTES)

_Path = tuple[str | int, ...]

#: Every schema of a user, by the name of the file that its messages are in.
_schemas: dict[str, UserSchema] = {}


def add_schema(file_name: str, schema: UserSchema) -> None:
    """Note the schema of the messages in a file, whose name no other file has."""
    _schemas[file_name] = schema


def schema_of(descriptor: Any) -> UserSchema | None:
    """The user's schema that a message type belongs to; ``None`` for those of `protogen.proto`."""
    return _schemas.get(descriptor.file.name)


def written(descriptor: Any) -> Any:
    """The type by which the text of a message is read: of the user, or the message's own."""
    schema = schema_of(descriptor)
    if schema is None:
        return descriptor
    # A message that only protogen's schema has is read as it is there.
    return schema.written(descriptor.name) or descriptor


def fitted(values: dict[str, Any], descriptor: Any) -> tuple[dict[str, Any], list[_Path]]:
    """The values of a message as read by its written type, for its class.

    The second value has the paths of those that the class cannot hold, which are left out.
    """
    if schema_of(descriptor) is None:
        return values, []
    unfit: list[_Path] = []
    return _fitted(values, written(descriptor), descriptor, (), unfit), unfit


def _fitted(
    values: dict[str, Any], read_as: Any, descriptor: Any, path: _Path, unfit: list[_Path]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        old, new = read_as.fields_by_name[name], descriptor.fields_by_name[name]
        here = (*path, name)
        if is_repeated(old):
            fits = _fitted_elements(value, old, new, here, unfit)
        else:
            fits = _fitted_value(value, old, new, here, unfit)
        if is_repeated(new):
            found[name] = fits
        elif len(fits) == 1:
            found[name] = fits[0]
        elif fits:  # the rules know no more than one
            unfit.append(here)
    return found


def _fitted_elements(
    values: list[Any], old: Any, new: Any, path: _Path, unfit: list[_Path]
) -> list[Any]:
    """The elements of a repeated field that fit."""
    found = []
    for index, element in enumerate(values):
        found += _fitted_value(element, old, new, (*path, index), unfit)
    return found


def _fitted_value(value: Any, old: Any, new: Any, path: _Path, unfit: list[_Path]) -> list[Any]:
    """The value if it fits; if not, nothing, and its path is added to ``unfit``."""
    converted = _converted(value, old, new, path, unfit)
    if converted is None:
        unfit.append(path)
        return []
    return [converted]


def _converted(value: Any, old: Any, new: Any, path: _Path, unfit: list[_Path]) -> Any:
    """One value of a field in the other type; ``None`` if it does not fit."""
    is_message = old.message_type is not None
    if is_message != (new.message_type is not None):
        return None
    if is_message:
        return _fitted(value, old.message_type, new.message_type, path, unfit)
    # By its name: forks number the same values differently.
    if old.enum_type is not None:
        return _named(old.enum_type.values_by_number[value].name, new)
    if new.enum_type is None:
        return value if old.type == new.type else _scalar(value, new)
    # Some forks have a string where Caffe has an enum; a number is the value of neither.
    if not isinstance(value, str):
        return None
    return _named(value, new)


def _named(name: str, new: Any) -> Any:
    """An enum value by its name, which may be a string of the other type."""
    if new.type in _STRINGS:
        return name
    if new.enum_type is None or name not in new.enum_type.values_by_name:
        return None
    return new.enum_type.values_by_name[name].number


def _scalar(value: Any, new: Any) -> Any:
    """A number or a string for a field with another scalar type."""
    is_text = isinstance(value, str | bytes)
    if is_text != (new.type in _STRINGS):
        return None
    if is_text:
        return value
    if new.type in _FLOATS:
        return float(value)
    # Before it becomes an integer, which neither NaN nor an infinity can.
    if not math.isfinite(value) or int(value) != value:
        return None
    if new.type == _D.TYPE_BOOL:
        return _in_range(value, 0, 1, bool)
    least, most = INTEGER_RANGES[new.type]
    return _in_range(value, least, most, int)


def _in_range(value: Any, least: int, most: int, kind: type[int]) -> int | None:
    if least <= value <= most:
        return kind(value)
    return None
