"""One ``.proto`` of two: the messages, fields and enum values of both, and its text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)

from protogen.proto.declarations import declaration, differences
from protogen.proto.numbers import free_number, separate_numbers

__all__ = ["ClashError", "merge", "source"]


class ClashError(ValueError):
    """Two schemas that do not fit together; ``clashes`` has a sentence for each reason."""

    def __init__(self, clashes: list[str]) -> None:
        super().__init__("; ".join(clashes))
        self.clashes = clashes


def merge(
    a: FileDescriptorProto, b: FileDescriptorProto, *, renumber: bool = False
) -> FileDescriptorProto:
    """What both schemas declare. Where they declare one thing otherwise, that of ``a`` stays.

    Raises `ClashError` if a number stands for two fields or values; with ``renumber``, that of
    ``b`` gets a spare one instead.
    """
    merged = FileDescriptorProto.FromString(a.SerializeToString())
    clashes: list[str] = []
    if not renumber:
        for each in differences(a, b):
            if each.kind == "clash":
                clashes.append(f"{each.path}: {each.a} in A, {each.b} in B")
    _merge(merged, _renamed(b, a.package), "", clashes)
    if clashes:
        raise ClashError(clashes)
    return merged


def _renamed(file: FileDescriptorProto, package: str) -> FileDescriptorProto:
    """A copy in another package."""
    copy = FileDescriptorProto.FromString(file.SerializeToString())
    old = f".{file.package}." if file.package else "."
    new = f".{package}." if package else "."
    for message in copy.message_type:
        _rename(message, old, new)
    return copy


def _rename(message: DescriptorProto, old: str, new: str) -> None:
    for each in message.field:
        if each.type_name.startswith(old):
            each.type_name = new + each.type_name.removeprefix(old)
    for nested in message.nested_type:
        _rename(nested, old, new)


def _merge(a: Any, b: Any, path: str, clashes: list[str]) -> None:
    """Add what ``b`` declares in a file or a message to ``a``."""
    is_file = isinstance(a, FileDescriptorProto)
    enums = {enum.name: enum for enum in a.enum_type}
    ours, theirs = (a.message_type, b.message_type) if is_file else (a.nested_type, b.nested_type)
    messages = {message.name: message for message in ours}
    taken = {value.name: enum.name for enum in a.enum_type for value in enum.value}
    for enum in b.enum_type:
        if enum.name in messages:
            clashes.append(f"{path}{enum.name} is a message in A and an enum in B")
            continue
        for value in enum.value:
            if taken.get(value.name, enum.name) != enum.name:
                other = taken[value.name]
                clashes.append(
                    f"{path}{value.name} is a value of {other} in A, of {enum.name} in B"
                )
        if enum.name in enums:
            _merge_enum(enums[enum.name], enum)
        else:
            a.enum_type.add().CopyFrom(enum)
    for message in theirs:
        if message.name in enums:
            clashes.append(f"{path}{message.name} is an enum in A and a message in B")
        elif message.name in messages:
            merged = messages[message.name]
            _merge_fields(merged, message)
            _merge(merged, message, f"{path}{message.name}.", clashes)
        else:
            ours.add().CopyFrom(message)


def _merge_fields(a: DescriptorProto, b: DescriptorProto) -> None:
    names = {each.name for each in a.field}
    for each in b.field:
        if each.name not in names:
            added = a.field.add()
            added.CopyFrom(each)
            added.ClearField("oneof_index")
    separate_numbers(a.field)
    del a.reserved_range[:], a.reserved_name[:]


def _merge_enum(a: EnumDescriptorProto, b: EnumDescriptorProto) -> None:
    names = {value.name for value in a.value}
    numbers = {value.number for value in a.value}
    for value in b.value:
        if value.name in names:
            continue
        number = free_number(value.number, numbers)
        numbers.add(number)
        a.value.add(name=value.name, number=number)
    del a.reserved_range[:], a.reserved_name[:]


# Text ------------------------------------------------------------------------------------------


def source(file: FileDescriptorProto, comment: str = "") -> str:
    """The text of a ``.proto``. Comments of the files that it comes from are not in it."""
    lines = [f"// {line}".rstrip() for line in comment.splitlines()]
    lines += [f'syntax = "{file.syntax or "proto2"}";', ""]
    package = f".{file.package}." if file.package else "."
    if file.package:
        lines += [f"package {file.package};", ""]
    lines += [f'import "{name}";' for name in file.dependency]
    for enum in file.enum_type:
        lines += [*_enum(enum), ""]
    for message in file.message_type:
        lines += [*_message(message, package, file.syntax), ""]
    return "\n".join(lines).rstrip() + "\n"


def _enum(enum: EnumDescriptorProto) -> Iterator[str]:
    yield f"enum {enum.name} {{"
    if len({value.number for value in enum.value}) < len(enum.value):
        yield "  option allow_alias = true;"
    for value in enum.value:
        yield f"  {value.name} = {value.number};"
    yield "}"


def _message(message: DescriptorProto, package: str, syntax: str) -> Iterator[str]:
    yield f"message {message.name} {{"
    for enum in message.enum_type:
        yield from (f"  {line}" for line in _enum(enum))
    for nested in message.nested_type:
        if not nested.options.map_entry:
            yield from (f"  {line}" for line in _message(nested, package, syntax))
    for each in message.field:
        yield f"  {_field(message, each, package, syntax)};"
    for numbers in message.extension_range:
        last = "max" if numbers.end == 2**29 else str(numbers.end - 1)
        yield f"  extensions {numbers.start} to {last};"
    yield "}"


def _field(message: DescriptorProto, each: FieldDescriptorProto, package: str, syntax: str) -> str:
    for nested in message.nested_type:
        is_entry = nested.options.map_entry and each.type_name.endswith(f".{nested.name}")
        if is_entry:
            key, value = (declaration(part, package).split()[1] for part in nested.field)
            return f"map<{key}, {value}> {each.name} = {each.number}"
    text = declaration(each, package)
    # In the third version of the language, a field without a label is optional.
    return text.removeprefix("optional ") if syntax == "proto3" else text
