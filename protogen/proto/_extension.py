"""Extends the schema of `protogen.proto` by the messages, fields and enum values of another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

from protogen.proto import PACKAGE
from protogen.proto.compiler import all_files
from protogen.proto.declarations import by_name, clear_options, in_package, messages_in
from protogen.proto.numbers import free_number, separate_numbers

__all__ = ["extend"]

_F = FieldDescriptorProto


def extend(ours: FileDescriptorProto, files: FileDescriptorSet) -> None:
    """Add to our schema, in place, what another one has, and take the defaults of the other."""
    # The marks of forks mean nothing for the user's schema, and need the file that declares them.
    clear_options(ours)
    del ours.dependency[:]
    theirs = [in_package(file, PACKAGE) for file in all_files(files)]
    _Extension(ours, theirs).run()


def _with_nested(message: Any) -> Iterator[DescriptorProto]:
    """A message and those declared in it, at any depth."""
    yield message
    for nested in message.nested_type:
        yield from _with_nested(nested)


class _Extension:
    """One extension of one schema."""

    def __init__(self, ours: FileDescriptorProto, theirs: list[FileDescriptorProto]) -> None:
        self._ours = ours
        self._messages = by_name(ours.message_type)
        self._theirs: dict[str, DescriptorProto] = {}
        self._enums: list[EnumDescriptorProto] = []
        for file in theirs:
            self._theirs |= by_name(file.message_type)
            self._enums += file.enum_type
        #: What is merged: pairs of a message of ours and one of theirs.
        self._pairs: set[tuple[str, str]] = set()
        #: The new names of enums that are in a message of their own.
        self._moved: dict[str, str] = {}

    def run(self) -> None:
        """Extend the file."""
        for enum in self._enums:
            self._add_enum(self._ours, enum, "")
        for name, message in self._theirs.items():
            if name in self._messages:
                self._merge_top(name, name)
            else:
                self._ours.message_type.add().CopyFrom(_plain(message))
        # At the end, because any message may have a field of a type that was moved.
        for message in self._ours.message_type:
            for each in _with_nested(message):
                self._rename_types(each)

    def _rename_types(self, message: DescriptorProto) -> None:
        for field in message.field:
            if field.type_name in self._moved:
                field.type_name = self._moved[field.type_name]

    def _merge_top(self, our_name: str, their_name: str) -> None:
        """Merge two messages that are outside of others, once."""
        # Messages may contain each other, in a circle.
        if (our_name, their_name) in self._pairs:
            return
        ours, theirs = self._messages.get(our_name), self._theirs.get(their_name)
        if ours is None or theirs is None:
            return
        self._pairs.add((our_name, their_name))
        self._merge(ours, theirs, our_name)

    def _merge(self, ours: DescriptorProto, theirs: DescriptorProto, path: str) -> None:
        nested = by_name(ours.nested_type)
        for message in theirs.nested_type:
            if message.name in nested:
                self._merge(nested[message.name], message, f"{path}.{message.name}")
            else:
                ours.nested_type.add().CopyFrom(_plain(message))
        for enum in theirs.enum_type:
            self._add_enum(ours, enum, f"{path}.")
        fields = by_name(ours.field)
        for field in theirs.field:
            if field.name in fields:
                self._merge_field(fields[field.name], field)
            else:
                added = ours.field.add()
                added.CopyFrom(field)
                # These refer to declarations of the message that the field came from.
                added.ClearField("oneof_index")
                added.ClearField("proto3_optional")
        # A field of theirs may have a number or a name that ours reserves.
        del ours.extension_range[:], ours.reserved_range[:], ours.reserved_name[:]
        separate_numbers(ours.field)

    def _add_enum(self, holder: Any, theirs: Any, path: str) -> None:
        """Add an enum to a message or the file. ``path`` is what its name comes after."""
        taken = _taken(holder)
        ours = by_name(holder.enum_type).get(theirs.name)
        if ours is not None:
            _add_values(ours, theirs, taken)
            return
        if taken.isdisjoint(_names_of(theirs)):
            holder.enum_type.add().CopyFrom(theirs)
            return
        # The names of values are those of the message around the enum, so it needs its own.
        messages = holder.nested_type if path else holder.message_type
        around = messages.add(name=f"{theirs.name}Values")
        around.enum_type.add().CopyFrom(theirs)
        old = f".{PACKAGE}.{path}{theirs.name}"
        self._moved[old] = f".{PACKAGE}.{path}{around.name}.{theirs.name}"

    def _merge_field(self, ours: Any, theirs: Any) -> None:
        if ours.type == theirs.type == _F.TYPE_MESSAGE:
            # A message may have another name: lstm_param is an LstmParameter or an LSTMParameter.
            self._merge_top(_simple(ours.type_name), _simple(theirs.type_name))
        is_single = _F.LABEL_REPEATED not in (ours.label, theirs.label)
        if is_single and ours.type == theirs.type:
            # A net that does not give a field means the default of the Caffe that reads it.
            ours.ClearField("default_value")
            if theirs.HasField("default_value"):
                ours.default_value = theirs.default_value
            ours.label = theirs.label


def _plain(message: DescriptorProto) -> DescriptorProto:
    """A message without what a private pool does not need."""
    for each in _with_nested(message):
        del each.extension[:], each.extension_range[:]
    return message


def _simple(type_name: str) -> str:
    return type_name.removeprefix(f".{PACKAGE}.")


def _taken(holder: Any) -> set[str]:
    """The names in a message or a file; those of the values of its enums are among them."""
    names = set(by_name(messages_in(holder)))
    for enum in holder.enum_type:
        names |= _names_of(enum)
    if not isinstance(holder, FileDescriptorProto):
        names |= set(by_name(holder.field))
    return names


def _names_of(enum: EnumDescriptorProto) -> set[str]:
    """The names that an enum takes: as in C++, a value is a name beside its enum."""
    return {enum.name, *by_name(enum.value)}


def _add_values(ours: Any, theirs: Any, taken: set[str]) -> None:
    """Add the values of an enum to ours with the same name, as far as their names are free."""
    numbers = {value.number for value in ours.value}
    for value in theirs.value:
        if value.name in taken:
            continue
        number = free_number(value.number, numbers)
        numbers.add(number)
        ours.value.add(name=value.name, number=number)
