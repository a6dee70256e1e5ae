"""The schema of a target, derived from the one of `protogen.proto` and built in a private pool.

A text read with it gives exactly what the target gets from it, and its unknown fields are those
that the target does not know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from protogen import proto
from protogen.proto.declarations import clear_options
from protogen.proto.numbers import separate_numbers

__all__ = ["declarations", "message_class"]

_Field = descriptor_pb2.FieldDescriptorProto

#: The pools, by what defines a schema: several targets may have the same one.
_pools: dict[tuple[Any, ...], descriptor_pool.DescriptorPool] = {}


def message_class(
    forks: Collection[str],
    lacks: Collection[str],
    fields: Mapping[str, int | str],
    values: Mapping[str, int],
    name: str,
) -> Any:
    """A message class of the schema of BVLC Caffe, changed as `targets.Schema` says."""
    # By their contents, because lists and tables have no hash.
    key = (tuple(forks), tuple(lacks), tuple(fields.items()), tuple(values.items()))
    if key not in _pools:
        _pools[key] = _pool(_Choice(forks, lacks, fields, values))
    descriptor = _pools[key].FindMessageTypeByName(f"{proto.PACKAGE}.{name}")
    return message_factory.GetMessageClass(descriptor)


class _Choice:
    """Which fields and values a target has, and as which."""

    def __init__(
        self,
        forks: Collection[str],
        lacks: Collection[str],
        fields: Mapping[str, int | str],
        values: Mapping[str, int],
    ) -> None:
        self.forks = frozenset(forks)
        self.lacks = frozenset(lacks)
        self.fields = fields
        self.values = values

    def has(self, path: str, marks: Mapping[str, int | None]) -> bool:
        """Whether the target has the field or value with these marks."""
        # What is declared wins: a target may have a field of a fork without the rest of that fork.
        if path in self.fields or path in self.values:
            return True
        if path in self.lacks:
            return False
        # Without marks, it is BVLC Caffe's, and with them that of any of the forks.
        return not marks or not self.forks.isdisjoint(marks)

    def number(self, marks: Mapping[str, int | None]) -> int | None:
        """The number that the marks give it for one of the forks."""
        for fork, number in marks.items():
            if number and fork in self.forks:
                return number
        return None

    def added(self, message: str) -> Iterator[tuple[str, int | str]]:
        """The fields that are declared for a message, by their names."""
        for path, declaration in self.fields.items():
            around, _, name = path.rpartition(".")
            if around == message:
                yield name, declaration


@cache
def _marks_of(descriptor: Any) -> Mapping[str, int | None]:
    """The forks that a field or value is marked with, and the number that each has for it."""
    found: dict[str, int | None] = {}
    for mark in proto.marks_of(descriptor):
        fork, _, number = mark.partition(":")
        found[fork] = int(number) if number else None
    return found


def _pool(choice: _Choice) -> descriptor_pool.DescriptorPool:
    """A pool with the schema of a target and nothing else."""
    file = descriptor_pb2.FileDescriptorProto()
    proto.FILE.CopyToProto(file)
    # The options that mark the forks are of no use here, and need the file that declares them.
    clear_options(file)
    del file.dependency[:]
    # The options are looked up in the descriptors, which still have them.
    for enum in file.enum_type:
        _change_enum(enum, proto.FILE.enum_types_by_name[enum.name], enum.name, choice)
    for message in file.message_type:
        descriptor = proto.FILE.message_types_by_name[message.name]
        _change_message(message, descriptor, message.name, choice)
    _add_types(file, choice)
    # From the back, so that the indices of what is left to look at stay.
    for index in reversed(range(len(file.message_type))):
        if file.message_type[index].name in choice.lacks:
            del file.message_type[index]
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


def _change_message(message: Any, descriptor: Any, path: str, choice: _Choice) -> None:
    """Give a message, and those within it, the fields and values that a target has."""
    added = dict(choice.added(path))
    fields = {field.name: field for field in _kept_fields(message, descriptor, path, choice)}
    for name, declaration in added.items():
        field = fields.setdefault(name, _Field(name=name))
        _declare(field, declaration)
    # Those that are declared keep their numbers, so that the others move out of their way.
    declared_first = sorted(fields.values(), key=lambda field: field.name not in added)
    separate_numbers(declared_first)
    _replace(message.field, sorted(fields.values(), key=attrgetter("number")))
    for enum in message.enum_type:
        inner = descriptor.enum_types_by_name[enum.name]
        _change_enum(enum, inner, f"{path}.{enum.name}", choice)
    for nested in message.nested_type:
        inner = descriptor.nested_types_by_name[nested.name]
        _change_message(nested, inner, f"{path}.{nested.name}", choice)


def _kept_fields(message: Any, descriptor: Any, path: str, choice: _Choice) -> Iterator[Any]:
    """The fields of BVLC Caffe and its forks that a target has, with the numbers of its fork."""
    for field in message.field:
        marks = _marks_of(descriptor.fields_by_name[field.name])
        if choice.has(f"{path}.{field.name}", marks):
            field.number = choice.number(marks) or field.number
            yield field


def _replace(declared: Any, wanted: Iterable[Any]) -> None:
    """Replace the elements of a list in a message."""
    # Copies, because the elements are gone with the list that they are in.
    copies = [type(each).FromString(each.SerializeToString()) for each in wanted]
    del declared[:]
    declared.extend(copies)


def _add_types(file: Any, choice: _Choice) -> None:
    """Add the enums and messages that only the target has, by their values and fields."""
    for path, number in choice.values.items():
        around, _, name = path.rpartition(".")
        home, _, enum_name = around.rpartition(".")
        holder = _found(file.message_type, home) if home else file
        enum = _found(holder.enum_type, enum_name)
        if not _has_name(enum.value, name):
            enum.value.add(name=name, number=number)
    for path, declaration in choice.fields.items():
        around, _, name = path.rpartition(".")
        # Messages within messages are those of protogen's schema.
        if "." in around:
            continue
        message = _found(file.message_type, around)
        if not _has_name(message.field, name):
            _declare(message.field.add(name=name), declaration)
        _add_empty_message(file, declaration)


def _add_empty_message(file: Any, declaration: int | str) -> None:
    """Add the type of a field if it is a message without fields of its own."""
    if isinstance(declaration, int):
        return
    _, kind, *_ = declaration.split()
    # A name with a dot is that of a type within a message, which has been declared with it.
    is_declared = "." in kind or _has_name(file.enum_type, kind)
    is_scalar = hasattr(_Field, f"TYPE_{kind.upper()}")
    if not is_declared and not is_scalar:
        _found(file.message_type, kind)


def _found(declared: Any, name: str) -> Any:
    """The message or enum with a name; a new one if there is none."""
    for each in declared:
        if each.name == name:
            return each
    return declared.add(name=name)


def _has_name(declared: Iterable[Any], name: str) -> bool:
    """Whether one of the fields, values, enums or messages has a name."""
    return name in {each.name for each in declared}


def _declare(field: Any, declaration: int | str) -> None:
    """Change a field as a number or a declaration says: ``optional bool 13 = true``."""
    if isinstance(declaration, int):
        field.number = declaration
        return
    declaration, _, default = declaration.partition(" = ")
    label, kind, number = declaration.split()
    # A field of protogen's schema may have another type here, and a default that does not fit it.
    field.number = int(number)
    field.label = getattr(_Field, f"LABEL_{label.upper()}")
    field.ClearField("type_name")
    field.ClearField("default_value")
    scalar = getattr(_Field, f"TYPE_{kind.upper()}", None)
    if scalar is not None:
        field.type = scalar
    else:
        # Without a type, protobuf finds out whether the name is that of a message or an enum.
        field.ClearField("type")
        field.type_name = f".{proto.PACKAGE}.{kind}"
    if default:
        field.default_value = default


def _change_enum(enum: Any, descriptor: Any, path: str, choice: _Choice) -> None:
    """Give an enum the values that a target has."""
    kept = list(_kept_values(enum, descriptor, path, choice))
    for value_path, number in choice.values.items():
        around, _, name = value_path.rpartition(".")
        if around == path and not _has_name(kept, name):
            kept.append(descriptor_pb2.EnumValueDescriptorProto(name=name, number=number))
    enum.ClearField("options")
    # Two names for a number are an error, unless the schema allows them.
    numbers = {value.number for value in kept}
    if len(numbers) < len(kept):
        enum.options.allow_alias = True
    # An enum needs a value; one of a fork that the target does not have keeps those it had.
    if kept:
        _replace(enum.value, kept)


def _kept_values(enum: Any, descriptor: Any, path: str, choice: _Choice) -> Iterator[Any]:
    """The values of BVLC Caffe and its forks that a target has, with the target's numbers."""
    for value in enum.value:
        marks = _marks_of(descriptor.values_by_name[value.name])
        value_path = f"{path}.{value.name}"
        if choice.has(value_path, marks):
            value.number = choice.values.get(value_path) or choice.number(marks) or value.number
            yield value


def declarations(file: Any, forks: Collection[str]) -> descriptor_pb2.FileDescriptorProto:
    """The schema in a file of a target, without messages and enums that only others have.

    Those are types of fields that the target lacks, and what is marked with other forks.
    """
    found = descriptor_pb2.FileDescriptorProto()
    file.CopyToProto(found)
    cleaning = _Cleaning(frozenset(forks), set(_types_of_fields(proto.FILE.message_types_by_name)))
    number = -1
    used = _used_types(found.message_type)
    # What is left out may be the last to use another type.
    while number != len(used):
        number = len(used)
        cleaning.drop(found.enum_type, proto.FILE.enum_types_by_name, used)
        cleaning.drop_messages(found.message_type, proto.FILE.message_types_by_name, used)
        used = _used_types(found.message_type)
    return found


def _used_types(messages: Iterable[Any]) -> set[str]:
    """The types of all fields of messages, and of those within them."""
    used: set[str] = set()
    for message in messages:
        used.update(field.type_name for field in message.field)
        used |= _used_types(message.nested_type)
    return used


def _types_of_fields(types: Mapping[str, Any]) -> Iterator[str]:
    """The messages of BVLC Caffe's fields, and the enums of all fields."""
    for message in types.values():
        for field in message.fields:
            if field.enum_type is not None:
                yield f".{field.enum_type.full_name}"
            elif field.message_type is not None and not proto.forks_of(field):
                yield f".{field.message_type.full_name}"
        yield from _types_of_fields(message.nested_types_by_name)


class _Cleaning(NamedTuple):
    """What decides whether a type is left out: the forks of the target, and the types of fields.

    A type that a field used before, and none uses now, has lost its last field in the target.
    """

    forks: frozenset[str]
    used_before: set[str]

    def drop_messages(self, messages: Any, known: Mapping[str, Any], used: set[str]) -> None:
        """Leave out messages, and the types within those that stay."""
        self.drop(messages, known, used)
        for message in messages:
            descriptor = known.get(message.name)
            if descriptor is not None:
                self.drop(message.enum_type, descriptor.enum_types_by_name, used)
                self.drop_messages(message.nested_type, descriptor.nested_types_by_name, used)

    def drop(self, declared: Any, known: Mapping[str, Any], used: set[str]) -> None:
        """Leave out enums or messages of one place that are not ``used``."""
        # From the back, so that the indices of what is left to look at stay.
        for index in reversed(range(len(declared))):
            descriptor = known.get(declared[index].name)
            # A type that protogen's schema does not have is the target's own.
            if descriptor is None or f".{descriptor.full_name}" in used:
                continue
            if self._is_idle(descriptor):
                del declared[index]

    def _is_idle(self, descriptor: Any) -> bool:
        """Whether a type without fields is of no use: it had fields, or is of other forks."""
        if f".{descriptor.full_name}" in self.used_before:
            return True
        marks = frozenset(proto.forks_of(descriptor))
        return bool(marks) and marks.isdisjoint(self.forks)
