"""The declarations of a ``.proto``, by their paths, and the differences between two of them."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)

__all__ = [
    "KINDS",
    "Difference",
    "by_name",
    "clear_options",
    "declaration",
    "declared_type",
    "differences",
    "in_package",
    "messages_in",
    "package_prefix",
]

_F = FieldDescriptorProto

Kind = Literal["clash", "only in A", "only in B", "declared otherwise"]
#: What a difference can be, the worst first.
KINDS: tuple[Kind, ...] = ("clash", "only in A", "only in B", "declared otherwise")

_LABELS = {_F.LABEL_OPTIONAL: "optional", _F.LABEL_REQUIRED: "required",
           _F.LABEL_REPEATED: "repeated"}  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One difference between two schemas.

    ``path`` names a message, enum, field or value. ``a`` and ``b`` are its declarations, empty if
    there is none. In a *clash* one number stands for two fields or values, and ``path`` is the
    message or enum and the number: ``PoolingParameter 13``.
    """

    kind: Kind
    path: str
    a: str
    b: str


@dataclass
class _Holder:
    """A message or an enum: what it declares, by names and by numbers."""

    keyword: str
    names: dict[str, str] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)


def differences(a: FileDescriptorProto, b: FileDescriptorProto) -> list[Difference]:
    """The differences, clashing numbers first, each kind in the order of paths.

    The messages may be in packages with other names.
    """
    found = list(_differences(_holders(a), _holders(b)))
    return sorted(found, key=lambda each: (KINDS.index(each.kind), each.path))


def _differences(a: Mapping[str, _Holder], b: Mapping[str, _Holder]) -> Iterator[Difference]:
    for path in {**a, **b}:
        in_a, in_b = a.get(path), b.get(path)
        # Of a whole message that is missing, its fields are not listed.
        if in_a is None:
            assert in_b is not None
            yield Difference("only in B", path, "", in_b.keyword)
        elif in_b is None:
            yield Difference("only in A", path, in_a.keyword, "")
        else:
            yield from _clashes(path, in_a, in_b)
            yield from _others(path, in_a, in_b)


def _clashes(path: str, a: _Holder, b: _Holder) -> Iterator[Difference]:
    for number, name in a.numbers.items():
        other = b.numbers.get(number, name)
        # Two names for one value are no clash if the other schema has both, too.
        if other != name:
            yield Difference("clash", f"{path} {number}", a.names[name], b.names[other])


def _others(path: str, a: _Holder, b: _Holder) -> Iterator[Difference]:
    for name in {**a.names, **b.names}:
        here = f"{path}.{name}"
        in_a, in_b = a.names.get(name, ""), b.names.get(name, "")
        if not in_a:
            yield Difference("only in B", here, "", in_b)
        elif not in_b:
            yield Difference("only in A", here, in_a, "")
        elif in_a != in_b:
            yield Difference("declared otherwise", here, in_a, in_b)


def _holders(file: FileDescriptorProto) -> dict[str, _Holder]:
    found: dict[str, _Holder] = {}
    _collect(file, "", package_prefix(file.package), found)
    return found


def _collect(holder: Any, path: str, package: str, found: dict[str, _Holder]) -> None:
    """Add the messages and enums of a file or a message, those inside of them, too."""
    for enum in holder.enum_type:
        found[f"{path}{enum.name}"] = _enum(enum)
    for message in messages_in(holder):
        found[f"{path}{message.name}"] = _message(message, package)
        _collect(message, f"{path}{message.name}.", package, found)


def messages_in(holder: Any) -> Any:
    """The messages that are declared in a file or in a message."""
    if isinstance(holder, FileDescriptorProto):
        return holder.message_type
    return holder.nested_type


def by_name(declared: Iterable[Any]) -> dict[str, Any]:
    """Messages, enums, fields or values by their names."""
    return {each.name: each for each in declared}


def _message(message: DescriptorProto, package: str) -> _Holder:
    entry = _Holder("message")
    for each in message.field:
        entry.names[each.name] = declaration(each, package)
        entry.numbers[each.number] = each.name
    return entry


def _enum(enum: EnumDescriptorProto) -> _Holder:
    entry = _Holder("enum")
    for value in enum.value:
        entry.names[value.name] = f"{value.name} = {value.number}"
        # Of two names for one value, the first is the one that protobuf prints.
        entry.numbers.setdefault(value.number, value.name)
    return entry


def declared_type(each: FieldDescriptorProto, package: str) -> str:
    """The type of a field as it is written within the package."""
    if each.type_name:
        return each.type_name.removeprefix(package)
    return _F.Type.Name(each.type).removeprefix("TYPE_").lower()


def declaration(each: FieldDescriptorProto, package: str) -> str:
    """A field as it is declared: ``optional uint32 pad = 4 [default = 0]``."""
    label = _LABELS[each.label]
    text = f"{label} {declared_type(each, package)} {each.name} = {each.number}"
    options = []
    if each.HasField("default_value"):
        options.append(f"default = {_default(each)}")
    for name in ("packed", "deprecated"):
        if getattr(each.options, name):
            options.append(f"{name} = true")
    if options:
        text += f" [{', '.join(options)}]"
    return text


def _default(each: FieldDescriptorProto) -> str:
    value: str = each.default_value
    if each.type == _F.TYPE_FLOAT:  # some compilers write all digits of a 32-bit number
        return _shortest(value)
    if each.type == _F.TYPE_STRING:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if each.type == _F.TYPE_BYTES:  # the compiler escapes them
        return f'"{value}"'
    return value


def _shortest(value: str) -> str:
    """The fewest digits that give the same 32-bit number."""
    try:
        bits = struct.pack("f", float(value))
    except (OverflowError, ValueError):
        return value
    # If eight are too few, the value stays as the compiler wrote it.
    for digits in range(1, 9):
        text = f"{float(value):.{digits}g}"
        if struct.pack("f", float(text)) == bits:
            return text
    return value


# Packages --------------------------------------------------------------------------------------


def package_prefix(package: str) -> str:
    """How the full names of types in a package begin: ``.caffe.``, or ``.`` without one."""
    if not package:
        return "."
    return f".{package}."


def in_package(file: FileDescriptorProto, package: str) -> FileDescriptorProto:
    """A copy of a file in which the types of its own package are those of another one."""
    copy = FileDescriptorProto.FromString(file.SerializeToString())
    for message in copy.message_type:
        _rename_types(message, package_prefix(file.package), package_prefix(package))
    return copy


def _rename_types(message: DescriptorProto, old: str, new: str) -> None:
    for each in message.field:
        if each.type_name.startswith(old):
            each.type_name = new + each.type_name.removeprefix(old)
    for nested in message.nested_type:
        _rename_types(nested, old, new)


# Options ---------------------------------------------------------------------------------------


def clear_options(file: FileDescriptorProto) -> None:
    """Leave out comments, and the options that mean nothing to who reads or writes a message."""
    file.ClearField("source_code_info")
    file.ClearField("options")
    del file.extension[:]
    for message in file.message_type:
        _clear_message(message)
    for enum in file.enum_type:
        _clear_enum(enum)


def _clear_message(message: DescriptorProto) -> None:
    _keep_options(message, "map_entry")
    for each in message.field:
        _keep_options(each, "packed", "deprecated")
    for nested in message.nested_type:
        _clear_message(nested)
    for enum in message.enum_type:
        _clear_enum(enum)


def _clear_enum(enum: EnumDescriptorProto) -> None:
    _keep_options(enum, "allow_alias")
    for value in enum.value:
        _keep_options(value)


def _keep_options(declaration: Any, *names: str) -> None:
    """Leave only these options, and only those that are on."""
    kept = [name for name in names if getattr(declaration.options, name)]
    declaration.ClearField("options")
    for name in kept:
        setattr(declaration.options, name, True)
