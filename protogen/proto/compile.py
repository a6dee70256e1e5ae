"""Compile ``caffe.proto``: ``python -m protogen.proto.compile`` (that is ``make proto``).

Needs grpcio-tools in the version that setup.cfg pins, which brings protobuf's compiler. The result
depends on nothing else: a test compiles again and compares the bytes.

``caffe.proto`` puts fields where a reader looks for them; compiled, they stand by number. For
``str()`` of a message takes the order of the compiled schema up to protobuf 5.26, and that of the
numbers, as Caffe does, since: sorted, both are one.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorSet

HERE = Path(__file__).parent
TARGET = HERE / "caffe.desc"


def compile_schema() -> bytes:
    """The serialized FileDescriptorSet of ``caffe.proto`` and of the file that it imports."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / TARGET.name
        compiler = [sys.executable, "-m", "grpc_tools.protoc"]
        options = [f"-I{HERE}", "--include_imports", f"--descriptor_set_out={out}"]
        subprocess.run([*compiler, *options, "caffe.proto"], check=True)
        files = FileDescriptorSet.FromString(out.read_bytes())
    for file in files.file:
        for message in file.message_type:
            _sort_fields(message)
    return files.SerializeToString(deterministic=True)


def _sort_fields(message: DescriptorProto) -> None:
    message.field.sort(key=lambda field: field.number)
    for nested in message.nested_type:
        _sort_fields(nested)


def main() -> None:
    """Write the compiled schema beside the old one, then put it in its place."""
    fresh = TARGET.with_suffix(".desc.new")
    fresh.write_bytes(compile_schema())
    fresh.replace(TARGET)


if __name__ == "__main__":
    main()
