"""``caffe_pb2``: every message, enum and enum value of the schema, forks included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protogen.netspec.schema import proto

if TYPE_CHECKING:
    from protogen.proto._messages import *  # noqa: F403


def _names() -> set[str]:
    file = proto.FILE
    names = {*file.message_types_by_name, *file.enum_types_by_name}
    # The values of an enum that is in no message are names of the module: caffe_pb2.TEST.
    for enum in file.enum_types_by_name.values():
        names.update(value.name for value in enum.values)
    return names


def __getattr__(name: str) -> Any:
    if name == "DESCRIPTOR":
        return proto.FILE
    # For `from caffe.proto.caffe_pb2 import *`.
    if name == "__all__":
        return sorted(_names())
    if name not in _names():
        raise AttributeError(f'caffe_pb2 has no attribute "{name}"')
    return getattr(proto, name)
