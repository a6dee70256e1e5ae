"""The schema of a target, derived from the one of `protogen.proto` and built in a private pool.

A text read with it gives exactly what the target gets from it, and its unknown fields are those
that the target does not know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from protogen import proto
from protogen.proto.declarations import clear_options
from protogen.proto.numbers import separate_numbers

__all__ = ["declarations", "message_class"]

_Field = descriptor_pb2.FieldDescriptorProto

_pools: dict[tuple[Any, ...], descriptor_pool.DescriptorPool] = {}


def message_class(
    forks: Collection[str],
    lacks: Collection[str],
    fields: Mapping[str, int | str],
    values: Mapping[str, int],
    name: str,
) -> Any:
    """A message class of the schema of BVLC Caffe, changed as `targets.Schema` says."""
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
        if path in self.fields or path in self.values:
            return True
        return path not in self.lacks and (not marks or bool(self.forks & marks.keys()))

    def number(self, marks: Mapping[str, int | None]) -> int | None:
        """The number that the marks give it for one of the forks."""
        return next((n for fork, n in marks.items() if fork in self.forks and n), None)

    def added(self, message: str) -> Iterator[tuple[str, int | str]]:
        """The fields that are declared for a message, by their names."""
        for path, declared in self.fields.items():
            around, _, name = path.rpartition(".")
            if around == message:
                yield name, declared


@cache
def _marks_of(descriptor: Any) -> Mapping[str, int | None]:
    """The forks that a field or value is marked with, and the number that each has for it."""
    found: dict[str, int | None] = {}
    for mark in proto.marks_of(descriptor):
        fork, _, number = mark.partition(":")
        found[fork] = int(number) if number else None
    return found


def _pool(choice: _Choice) -> descriptor_pool.DescriptorPool:
    file = descriptor_pb2.FileDescriptorProto()
    proto.FILE.CopyToProto(file)
    # The options that mark the forks are of no use here, and need the file that declares them.
    clear_options(file)
    del file.dependency[:]
    for enum in file.enum_type:
        _change_enum(enum, proto.FILE.enum_types_by_name[enum.name], enum.name, choice)
    for message in file.message_type:
        descriptor = proto.FILE.message_types_by_name[message.name]
        _change_message(message, descriptor, message.name, choice)
    _add_types(file, choice)
    for index in reversed(range(len(file.message_type))):
        if file.message_type[index].name in choice.lacks:
            del file.message_type[index]
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


def _change_message(message: Any, descriptor: Any, path: str, choice: _Choice) -> None:
    added = dict(choice.added(path))
    kept = []
    for field in message.field:
        marks = _marks_of(descriptor.fields_by_name[field.name])
        if not choice.has(f"{path}.{field.name}", marks):
            continue
        field.number = choice.number(marks) or field.number
        kept.append(field)
    declared = {field.name: field for field in kept}
    for name, declaration in added.items():
        if name not in declared:
            declared[name] = _Field(name=name)
            kept.append(declared[name])
        _declare(declared[name], declaration)
    # Those that are declared keep their numbers.
    separate_numbers(sorted(kept, key=lambda field: field.name not in added))
    copies = [_Field.FromString(field.SerializeToString()) for field in kept]
    del message.field[:]
    message.field.extend(sorted(copies, key=lambda field: field.number))
    for enum in message.enum_type:
        inner = descriptor.enum_types_by_name[enum.name]
        _change_enum(enum, inner, f"{path}.{enum.name}", choice)
    for nested in message.nested_type:
        inner = descriptor.nested_types_by_name[nested.name]
        _change_message(nested, inner, f"{path}.{nested.name}", choice)


def _add_types(file: Any, choice: _Choice) -> None:
    """Add the enums and messages that only the target has, by their values and fields."""
    for path, number in choice.values.items():
        around, _, name = path.rpartition(".")
        home, _, enum_name = around.rpartition(".")
        enums = (_found(file.message_type, home) if home else file).enum_type
        enum = _found(enums, enum_name)
        if all(value.name != name for value in enum.value):
            enum.value.add(name=name, number=number)
    for path, declaration in choice.fields.items():
        around, _, name = path.rpartition(".")
        if "." in around:  # nested messages are those of protogen's schema
            continue
        message = _found(file.message_type, around)
        if all(field.name != name for field in message.field):
            _declare(message.field.add(name=name), declaration)
        _add_empty_message(file, declaration)


def _add_empty_message(file: Any, declaration: int | str) -> None:
    """Add the type of a field if it is a message without fields of its own."""
    if isinstance(declaration, int):
        return
    _, kind, *_ = declaration.split()
    is_scalar = hasattr(_Field, f"TYPE_{kind.upper()}")
    if not is_scalar and "." not in kind and all(enum.name != kind for enum in file.enum_type):
        _found(file.message_type, kind)


def _found(declared: Any, name: str) -> Any:
    """The message or enum with a name; a new one if there is none."""
    found = next((each for each in declared if each.name == name), None)
    return declared.add(name=name) if found is None else found


def _declare(field: Any, declaration: int | str) -> None:
    """Change a field as a number or a declaration says: ``optional bool 13 = true``."""
    if isinstance(declaration, int):
        field.number = declaration
        return
    declaration, _, default = declaration.partition(" = ")
    label, kind, number = declaration.split()
    field.number = int(number)
    field.label = getattr(_Field, f"LABEL_{label.upper()}")
    field.ClearField("type_name")
    field.ClearField("default_value")
    scalar = getattr(_Field, f"TYPE_{kind.upper()}", None)
    if scalar is not None:
        field.type = scalar
    else:  # protobuf finds out whether it is a message or an enum
        field.ClearField("type")
        field.type_name = f".{proto.PACKAGE}.{kind}"
    if default:
        field.default_value = default


def _change_enum(enum: Any, descriptor: Any, path: str, choice: _Choice) -> None:
    kept = []
    for value in enum.value:
        marks = _marks_of(descriptor.values_by_name[value.name])
        value_path = f"{path}.{value.name}"
        if not choice.has(value_path, marks):
            continue
        value.number = choice.values.get(value_path) or choice.number(marks) or value.number
        kept.append(value)
    known = {value.name for value in kept}
    for value_path, number in choice.values.items():
        around, _, name = value_path.rpartition(".")
        if around == path and name not in known:
            kept.append(descriptor_pb2.EnumValueDescriptorProto(name=name, number=number))
    if len({value.number for value in kept}) < len(kept):
        enum.options.allow_alias = True
    else:
        enum.ClearField("options")
    # An enum needs a value; one of a fork that the target does not have keeps those it had.
    if kept:
        copies = [type(value).FromString(value.SerializeToString()) for value in kept]
        del enum.value[:]
        enum.value.extend(copies)
    else:
        enum.ClearField("options")


def declarations(file: Any, forks: Collection[str]) -> descriptor_pb2.FileDescriptorProto:
    """The schema in a file of a target, without messages and enums that only others have.

    Those are types of fields that the target lacks, and what is marked with other forks.
    """
    found = descriptor_pb2.FileDescriptorProto()
    file.CopyToProto(found)
    before, number = set(_types_of_fields(proto.FILE.message_types_by_name)), -1
    while number != len(now := _used(found)):  # what is left out may be the last to use another
        number = len(now)
        _drop(found, proto.FILE, frozenset(forks), before, now)
    return found


def _used(holder: Any) -> set[str]:
    """The types of all fields."""
    is_file = isinstance(holder, descriptor_pb2.FileDescriptorProto)
    used = set() if is_file else {field.type_name for field in holder.field}
    return used.union(*map(_used, holder.message_type if is_file else holder.nested_type))


def _types_of_fields(types: Mapping[str, Any]) -> Iterator[str]:
    """The messages of BVLC Caffe's fields, and the enums of all fields."""
    for message in types.values():
        for field in message.fields:
            kind = field.message_type or field.enum_type
            is_enum = field.enum_type is not None
            if kind is not None and (is_enum or not proto.forks_of(field)):
                yield f".{kind.full_name}"
        yield from _types_of_fields(message.nested_types_by_name)


def _drop(
    holder: Any, descriptor: Any, forks: frozenset[str], before: set[str], now: set[str]
) -> None:
    is_file = descriptor is proto.FILE
    messages = holder.message_type if is_file else holder.nested_type
    types = descriptor.message_types_by_name if is_file else descriptor.nested_types_by_name
    for declared, known in ((holder.enum_type, descriptor.enum_types_by_name), (messages, types)):
        for index in reversed(range(len(declared))):
            own = known.get(declared[index].name)
            if own is None:  # only the target has it
                continue
            name, marks = f".{own.full_name}", frozenset(proto.forks_of(own))
            is_foreign = bool(marks) and not marks & forks
            if name not in now and (name in before or is_foreign):
                del declared[index]
    for message in messages:
        if message.name in types:
            _drop(message, types[message.name], forks, before, now)
