"""The schema of the messages: that of protogen, or a fork's own ``caffe.proto``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.internal import enum_type_wrapper

from protogen import proto as ours
from protogen.proto.compiler import compile_schema

__all__ = ["is_ours", "on_change", "proto", "use", "use_ours"]


class _Schema:
    """The names of `protogen.proto`, of the schema that is in use."""

    def __init__(self) -> None:
        self._find: Callable[[str], Any] = lambda name: getattr(ours, name)

    def __getattr__(self, name: str) -> Any:
        # Kept as an attribute, so that Python does not come here again.
        value = self.__dict__[name] = self._find(name)
        return value


class _Foreign:
    """The messages, enums and enum values of a file."""

    def __init__(self, file: FileDescriptor) -> None:
        self._file = file
        self._values: dict[str, int] = {}
        for enum in file.enum_types_by_name.values():
            self._values.update({value.name: value.number for value in enum.values})

    def __call__(self, name: str) -> Any:
        file = self._file
        if name == "FILE":
            return file
        # Functions, which work with the descriptors of any schema.
        if name in ("forks_of", "message_class"):
            return getattr(ours, name)
        if name in file.message_types_by_name:
            return ours.message_class(file.message_types_by_name[name])
        if name in file.enum_types_by_name:
            return enum_type_wrapper.EnumTypeWrapper(file.enum_types_by_name[name])
        if name in self._values:
            return self._values[name]
        raise AttributeError(f'the schema has no "{name}"')


proto: Any = _Schema()

if TYPE_CHECKING:
    from protogen import proto as proto

_listeners: list[Callable[[], None]] = []


def on_change(forget: Callable[[], None]) -> None:
    """Call a function whenever the schema changes, so that it forgets what it knows of the old."""
    _listeners.append(forget)


def is_ours() -> bool:
    """Whether the schema is that of protogen."""
    return proto.NetParameter is ours.NetParameter


def use(path: str) -> None:
    """From now on, messages are those of a ``caffe.proto``.

    Raises `ProtogenError` for a file that cannot be compiled, or that has no nets, and
    `ModuleNotFoundError` if grpcio-tools is not installed.
    """
    _change(_Foreign(_compiled(path)))


def use_ours() -> None:
    """From now on, messages are those of protogen, as at the start."""
    _change(lambda name: getattr(ours, name))


def _change(find: Callable[[str], Any]) -> None:
    # The same object, because modules have imported it by its name.
    vars(proto).clear()
    vars(proto)["_find"] = find
    for forget in _listeners:
        forget()


def _compiled(path: str) -> FileDescriptor:
    files = compile_schema(path)
    # A pool of its own: the names in it are those of Caffe, which exist already.
    pool = descriptor_pool.DescriptorPool()
    for each in files.file:
        pool.Add(each)
    # The compiler lists what a file imports before it.
    return pool.FindFileByName(files.file[-1].name)
