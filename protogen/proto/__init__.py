"""The messages of ``caffe.proto``, in a descriptor pool of their own.

pycaffe registers a file ``caffe/proto/caffe.proto``, package ``caffe``, in protobuf's default
pool. A second file with the same messages there would be refused, so ours never enters it: both
can be imported in one process, in either order.

Every message and enum of the schema is an attribute of this module (``NetParameter``,
``LayerParameter``, ``Phase`` …), made when first asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.internal import enum_type_wrapper

__all__ = ["FILE", "POOL", "NetParameter", "message_class"]

PACKAGE = "caffe"


def _load() -> tuple[Any, Any]:
    """The private pool with our schema in it, and the schema's file descriptor."""
    data = Path(__file__).with_name("caffe.desc").read_bytes()
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(data).file:
        pool.AddSerializedFile(file.SerializeToString())
    return pool, pool.FindFileByName("caffe.proto")


POOL, FILE = _load()


def message_class(descriptor: Any) -> Any:
    """The Python class of a message descriptor of our pool."""
    return message_factory.GetMessageClass(descriptor)


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
