"""The messages of ``caffe.proto``, in a descriptor pool of their own.

pycaffe registers a file ``caffe/proto/caffe.proto``, package ``caffe``, in protobuf's default
pool. A second file with the same messages there would be refused, so ours never enters it: both
can be imported in one process, in either order.

Every message and enum of the schema is an attribute of this module (``NetParameter``,
``LayerParameter``, ``Phase`` …), made when first asked for. The schema knows what forks of Caffe
added, too; `forks_of` tells which.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import EnumValueDescriptor
from google.protobuf.internal import enum_type_wrapper

__all__ = ["FILE", "POOL", "NetParameter", "forks_of", "message_class"]

PACKAGE = "caffe"

# The options `forks`, `message_forks`, `enum_forks` and `value_forks` of caffe.proto.
_FORKS_NUMBER = 51000


def _files(data: bytes) -> Iterator[bytes]:
    """The serialized files of a FileDescriptorSet: each is a tag, its length as a varint, itself.

    Split by hand: to import `descriptor_pb2` takes longer than all that is done here.
    """
    at = 0
    while at < len(data):
        size = shift = 0
        more = True
        while more:
            at += 1
            size |= (data[at] & 0x7F) << shift
            shift += 7
            more = data[at] >= 0x80
        at += 1 + size
        yield data[at - size : at]


def _load() -> tuple[Any, Any]:
    """The private pool with our schema in it, and the schema's file descriptor."""
    pool = descriptor_pool.DescriptorPool()
    for file in _files(Path(__file__).with_name("caffe.desc").read_bytes()):
        pool.AddSerializedFile(file)
    return pool, pool.FindFileByName("caffe.proto")


POOL, FILE = _load()


def message_class(descriptor: Any) -> Any:
    """The Python class of a message descriptor of our pool."""
    return message_factory.GetMessageClass(descriptor)


@cache
def forks_of(descriptor: Any) -> tuple[str, ...]:
    """The forks of Caffe that define this field, message, enum or enum value of the schema.

    Empty for what BVLC Caffe has. A member of a message or enum that only forks have is theirs,
    unless it is marked itself.
    """
    # protobuf hands out options in a class of the default pool, which knows no option of ours.
    foreign = descriptor.GetOptions()
    ours = message_class(POOL.FindMessageTypeByName(foreign.DESCRIPTOR.full_name))
    options = ours.FromString(foreign.SerializeToString())
    marks = options.Extensions[POOL.FindExtensionByNumber(ours.DESCRIPTOR, _FORKS_NUMBER)]
    if marks:
        return tuple(mark.partition(":")[0] for mark in marks.split())
    value = isinstance(descriptor, EnumValueDescriptor)
    parent = descriptor.type if value else descriptor.containing_type
    return forks_of(parent) if parent is not None else ()


def __getattr__(name: str) -> Any:
    """Make the class of a message, or the wrapper of an enum, when it is first asked for."""
    value: Any
    if name in FILE.message_types_by_name:
        value = message_class(FILE.message_types_by_name[name])
    elif name in FILE.enum_types_by_name:
        value = enum_type_wrapper.EnumTypeWrapper(FILE.enum_types_by_name[name])
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *FILE.message_types_by_name, *FILE.enum_types_by_name})
