"""One ``.proto`` of two: the messages, fields and enum values of both, and its text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)

from protogen.proto.declarations import (
    by_name,
    declaration,
    declared_type,
    differences,
    in_package,
    messages_in,
    package_prefix,
)
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
    _merge(merged, in_package(b, a.package), "", clashes)
    if clashes:
        raise ClashError(clashes)
    return merged


def _merge(a: Any, b: Any, path: str, clashes: list[str]) -> None:
    """Add what ``b`` declares in a file or a message to ``a``."""
    ours = messages_in(a)
    messages = by_name(ours)
    # Before enums are added, whose names then would count as those of A.
    enum_names = set(by_name(a.enum_type))
    _merge_enums(a, b, messages, path, clashes)
    for message in messages_in(b):
        if message.name in enum_names:
            clashes.append(f"{path}{message.name} is an enum in A and a message in B")
        elif message.name in messages:
            merged = messages[message.name]
            _merge_fields(merged, message)
            _merge(merged, message, f"{path}{message.name}.", clashes)
        else:
            ours.add().CopyFrom(message)


def _merge_enums(a: Any, b: Any, messages: Collection[str], path: str, clashes: list[str]) -> None:
    """Add the enums of ``b`` to ``a``, whose messages have these names."""
    enums = by_name(a.enum_type)
    # The names of values are those of the message around their enum, so no two enums share one.
    owners: dict[str, str] = {}
    for enum in a.enum_type:
        owners |= dict.fromkeys(by_name(enum.value), enum.name)
    for enum in b.enum_type:
        if enum.name in messages:
            clashes.append(f"{path}{enum.name} is a message in A and an enum in B")
            continue
        for value in enum.value:
            owner = owners.get(value.name, enum.name)
            if owner != enum.name:
                reason = f"is a value of {owner} in A, of {enum.name} in B"
                clashes.append(f"{path}{value.name} {reason}")
        if enum.name in enums:
            _merge_enum(enums[enum.name], enum)
        else:
            a.enum_type.add().CopyFrom(enum)


def _merge_fields(a: DescriptorProto, b: DescriptorProto) -> None:
    ours = by_name(a.field)
    for each in b.field:
        if each.name not in ours:
            added = a.field.add()
            added.CopyFrom(each)
            # The groups of oneof are those of B's own message.
            added.ClearField("oneof_index")
    separate_numbers(a.field)
    # A reserved name or number may be one that B uses.
    del a.reserved_range[:], a.reserved_name[:]


def _merge_enum(a: EnumDescriptorProto, b: EnumDescriptorProto) -> None:
    ours = by_name(a.value)
    numbers = {value.number for value in a.value}
    for value in b.value:
        if value.name in ours:
            continue
        number = free_number(value.number, numbers)
        numbers.add(number)
        a.value.add(name=value.name, number=number)
    del a.reserved_range[:], a.reserved_name[:]


# Text ------------------------------------------------------------------------------------------


def source(file: FileDescriptorProto, comment: str = "") -> str:
    """The text of a ``.proto``. Comments of the files that it comes from are not in it."""
    lines = [f"// {line}".rstrip() for line in comment.splitlines()]
    # The compiler leaves the syntax out if it is the second version of the language.
    lines += [f'syntax = "{file.syntax or "proto2"}";', ""]
    package = package_prefix(file.package)
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
    numbers = {value.number for value in enum.value}
    # protoc rejects two names for one value without the option.
    if len(numbers) < len(enum.value):
        yield "  option allow_alias = true;"
    for value in enum.value:
        yield f"  {value.name} = {value.number};"
    yield "}"


def _message(message: DescriptorProto, package: str, syntax: str) -> Iterator[str]:
    yield f"message {message.name} {{"
    for enum in message.enum_type:
        yield from _indented(_enum(enum))
    for nested in message.nested_type:
        # The entry of a map is not written: the compiler declares it for the field.
        if not nested.options.map_entry:
            yield from _indented(_message(nested, package, syntax))
    for each in message.field:
        yield f"  {_field(message, each, package, syntax)};"
    for numbers in message.extension_range:
        # The end is the number after the last one, and the greatest has a name.
        last = "max" if numbers.end == 2**29 else str(numbers.end - 1)
        yield f"  extensions {numbers.start} to {last};"
    yield "}"


def _field(message: DescriptorProto, each: FieldDescriptorProto, package: str, syntax: str) -> str:
    for nested in message.nested_type:
        is_entry = nested.options.map_entry and each.type_name.endswith(f".{nested.name}")
        if is_entry:
            # The compiler declares a message with the fields `key` and `value` for each map.
            key, value = (declared_type(part, package) for part in nested.field)
            return f"map<{key}, {value}> {each.name} = {each.number}"
    text = declaration(each, package)
    # In the third version of the language, a field without a label is optional.
    if syntax == "proto3":
        return text.removeprefix("optional ")
    return text


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)
