"""Which schema a message type belongs to, and its values as the text of that schema has them.

The schemas of users are made in `user_schema`, which is imported only if there is one.
"""

from __future__ import annotations

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
    return descriptor if schema is None else schema.written(descriptor.name) or descriptor


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
        elements = value if is_repeated(old) else [value]
        fits = []
        for index, element in enumerate(elements):
            here = (*path, name, index) if is_repeated(old) else (*path, name)
            converted = _converted(element, old, new, here, unfit)
            if converted is None:
                unfit.append(here)
            else:
                fits.append(converted)
        if is_repeated(new):
            found[name] = fits
        elif len(fits) == 1:
            found[name] = fits[0]
        elif fits:  # the rules know no more than one
            unfit.append((*path, name))
    return found


def _converted(value: Any, old: Any, new: Any, path: _Path, unfit: list[_Path]) -> Any:
    """One value of a field in the other type; ``None`` if it does not fit."""
    if old.message_type is not None or new.message_type is not None:
        if old.message_type is None or new.message_type is None:
            return None
        return _fitted(value, old.message_type, new.message_type, path, unfit)
    if old.enum_type is not None:
        return _named(old.enum_type.values_by_number[value].name, new)
    if new.enum_type is not None:
        return _named(value, new) if isinstance(value, str) else None
    if old.type == new.type:
        return value
    return _scalar(value, new)


def _named(name: str, new: Any) -> Any:
    """An enum value by its name, which may be a string of the other type."""
    if new.enum_type is None:
        return name if new.type in _STRINGS else None
    found = new.enum_type.values_by_name.get(name)
    return None if found is None else found.number


def _scalar(value: Any, new: Any) -> Any:
    if new.type in _STRINGS or isinstance(value, str | bytes):
        return value if new.type in _STRINGS and isinstance(value, str | bytes) else None
    if new.type in _FLOATS:
        return float(value)
    if value != value or abs(value) == float("inf") or int(value) != value:
        return None
    if new.type == _D.TYPE_BOOL:
        return bool(value) if value in (0, 1) else None
    least, most = INTEGER_RANGES[new.type]
    return int(value) if least <= value <= most else None
