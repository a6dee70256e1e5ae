"""``caffe_pb2``: every message, enum and enum value of `protogen.proto`, forks included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protogen import proto

if TYPE_CHECKING:
    from protogen.proto._messages import *  # noqa: F403

DESCRIPTOR = proto.FILE

_NAMES = {
    *proto.FILE.message_types_by_name,
    *proto.FILE.enum_types_by_name,
    *(value.name for enum in proto.FILE.enum_types_by_name.values() for value in enum.values),
}

__all__ = sorted(_NAMES)


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f'caffe_pb2 has no attribute "{name}"')
    return getattr(proto, name)
