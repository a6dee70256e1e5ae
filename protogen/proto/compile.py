"""Compile ``caffe.proto``: ``python -m protogen.proto.compile``, which is ``make proto``.

This writes the descriptor set ``caffe.desc`` and the typed stub ``_messages.pyi``. It needs
grpcio-tools, which contains protobuf's compiler, in the version that setup.cfg pins. The result
depends on nothing else: a test compiles again and compares the bytes.

In ``caffe.proto`` the fields are in the order that suits a reader. In ``caffe.desc`` they are in
the order of their numbers, because ``str()`` of a message has the order of the descriptor up to
protobuf 5.26 and the order of the numbers, as in Caffe, since then. Sorted, the two are the same.

The stub comes from a generator of our own, `stub`. The output of grpcio-tools (``--pyi_out``) and
of mypy-protobuf would need as much code to adapt: both describe a module ``caffe_pb2`` that
registers itself in the default pool. ``--pyi_out`` also accepts what protobuf rejects at run time:
an assignment to a message or to a repeated field, an unknown name in ``HasField`` and any string
as an enum value. mypy-protobuf would be one more dependency.
"""

from __future__ import annotations

from pathlib import Path

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorSet

from protogen.files import write_file
from protogen.proto.compiler import compile_files
from protogen.proto.stub import stub

HERE = Path(__file__).parent
TARGET = HERE / "caffe.desc"
STUB = HERE / "_messages.pyi"


def compile_schema() -> FileDescriptorSet:
    """The compiled form of the file that ``caffe.proto`` imports and of ``caffe.proto`` itself."""
    files = compile_files(HERE / "caffe.proto")
    # See above: the order of printing must not depend on the release of protobuf.
    for file in files.file:
        for message in file.message_type:
            _sort_fields(message)
    return files


def _sort_fields(message: DescriptorProto) -> None:
    message.field.sort(key=lambda field: field.number)
    for nested in message.nested_type:
        _sort_fields(nested)


def descriptor_set(files: FileDescriptorSet) -> bytes:
    """The bytes of ``caffe.desc``."""
    return files.SerializeToString(deterministic=True)


def main() -> None:
    """Write both files."""
    files = compile_schema()
    write_file(TARGET, descriptor_set(files))
    write_file(STUB, stub(files.file[-1]))


if __name__ == "__main__":
    main()
