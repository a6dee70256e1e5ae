"""Compile ``caffe.proto``: ``python -m protogen.proto.compile`` (that is ``make proto``).

Needs grpcio-tools in the version that setup.cfg pins, which brings protobuf's compiler. The result
depends on nothing else: a test compiles again and compares the bytes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE / "caffe.desc"


def compile_schema() -> bytes:
    """The serialized FileDescriptorSet of ``caffe.proto`` and of the file that it imports."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / TARGET.name
        compiler = [sys.executable, "-m", "grpc_tools.protoc"]
        options = [f"-I{HERE}", "--include_imports", f"--descriptor_set_out={out}"]
        subprocess.run([*compiler, *options, "caffe.proto"], check=True)
        return out.read_bytes()


def main() -> None:
    """Write the compiled schema beside the old one, then put it in its place."""
    fresh = TARGET.with_suffix(".desc.new")
    fresh.write_bytes(compile_schema())
    fresh.replace(TARGET)


if __name__ == "__main__":
    main()
