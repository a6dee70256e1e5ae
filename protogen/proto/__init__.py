"""The messages of ``caffe.proto``, in a descriptor pool of their own.

pycaffe registers a file ``caffe/proto/caffe.proto`` with the package ``caffe`` in protobuf's
default pool, which rejects a second file that defines the same messages. Our file is in a private
pool instead, so a process can import both, in either order.

Every message and enum of the schema is an attribute of this module (``NetParameter``,
``LayerParameter``, ``Phase``), and so is every value of an enum outside a message (``TRAIN``,
``TEST``), as in ``caffe_pb2``. Each is created on first use. Type checkers and editors read their
types from the generated stub ``_messages.pyi``.

The schema also has what forks of Caffe added. `forks_of` lists the forks that define something.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import EnumValueDescriptor
from google.protobuf.internal import enum_type_wrapper

if TYPE_CHECKING:
    from google.protobuf.descriptor import (
        Descriptor,
        EnumDescriptor,
        FieldDescriptor,
        FileDescriptor,
    )
    from google.protobuf.message import Message

    from protogen.proto._messages import *  # noqa: F403

__all__ = [  # noqa: F405
    "FILE",
    "PACKAGE",
    "POOL",
    "NetParameter",
    "forks_of",
    "marks_of",
    "message_class",
]

PACKAGE = "caffe"

# The number of the options `forks`, `message_forks`, `enum_forks` and `value_forks` in caffe.proto.
_FORKS_NUMBER = 51000


def _files(data: bytes) -> Iterator[bytes]:
    """The serialized files in a FileDescriptorSet.

    Each file is a tag of one byte, the file's length as a varint, and the file itself. This is read
    by hand because the import of `descriptor_pb2` would take about 3 ms more.
    """
    at = 0
    while at < len(data):
        at += 1  # the tag
        # A varint has 7 bits in each byte, the lowest ones first. The highest bit of a byte says
        # whether another one follows.
        size = shift = 0
        while data[at] & 0x80:
            size |= (data[at] & 0x7F) << shift
            shift += 7
            at += 1
        size |= data[at] << shift
        at += 1
        yield data[at : at + size]
        at += size


def _descriptor_set() -> bytes:
    """The compiled schema, which may be in a zip file, like this module."""
    data = pkgutil.get_data(__name__, "caffe.desc")
    assert data is not None
    return data


def _load() -> tuple[descriptor_pool.DescriptorPool, FileDescriptor]:
    """The private pool with our schema in it, and the schema's file descriptor."""
    pool = descriptor_pool.DescriptorPool()
    for file in _files(_descriptor_set()):
        pool.AddSerializedFile(file)
    return pool, pool.FindFileByName("caffe.proto")


POOL, FILE = _load()


def message_class(descriptor: Descriptor) -> type[Message]:
    """The Python class of a message descriptor in our pool."""
    return message_factory.GetMessageClass(descriptor)


@cache
def forks_of(
    descriptor: Descriptor | FieldDescriptor | EnumDescriptor | EnumValueDescriptor,
) -> tuple[str, ...]:
    """The forks of Caffe that define this message, field, enum or enum value.

    Empty if BVLC Caffe defines it. A field or an enum value without a mark has the forks of the
    message or the enum around it.
    """
    return tuple(mark.partition(":")[0] for mark in marks_of(descriptor))


@cache
def marks_of(
    descriptor: Descriptor | FieldDescriptor | EnumDescriptor | EnumValueDescriptor,
) -> tuple[str, ...]:
    """`forks_of`, each with the number it has for the field if that is another: ``mnn:14``."""
    # protobuf returns options in a class of the default pool, which does not have our extensions.
    # The serialized options have them, so they are read again with the class of our pool.
    foreign = descriptor.GetOptions()
    kind = POOL.FindMessageTypeByName(foreign.DESCRIPTOR.full_name)
    options: Any = message_class(kind).FromString(foreign.SerializeToString())
    marks: str = options.Extensions[POOL.FindExtensionByNumber(kind, _FORKS_NUMBER)]
    if marks:
        return tuple(marks.split())
    if isinstance(descriptor, EnumValueDescriptor):
        return marks_of(descriptor.type)
    around = descriptor.containing_type
    return () if around is None else marks_of(around)


if not TYPE_CHECKING:  # a type checker would otherwise accept any name of this module

    def __getattr__(name: str) -> Any:
        """Create a message class or the wrapper of an enum on first use."""
        if name in FILE.message_types_by_name:
            value = message_class(FILE.message_types_by_name[name])
        elif name in FILE.enum_types_by_name:
            value = enum_type_wrapper.EnumTypeWrapper(FILE.enum_types_by_name[name])
        elif name in _enum_values():
            value = _enum_values()[name]
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value


@cache
def _enum_values() -> dict[str, int]:
    """The values of the enums outside a message. In proto2 their names are global."""
    found = {}
    for enum in FILE.enum_types_by_name.values():
        for value in enum.values:
            found[value.name] = value.number
    return found


def __dir__() -> list[str]:
    return sorted(
        {*globals(), *FILE.message_types_by_name, *FILE.enum_types_by_name, *_enum_values()}
    )
