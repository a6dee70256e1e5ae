"""Compiles a ``caffe.proto`` with protobuf's compiler, which is in the package grpcio-tools."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

from protogen import rules
from protogen.diagnostics import Location, ProtogenError
from protogen.proto.declarations import clear_options

__all__ = [
    "all_files",
    "clear_options",
    "compile_files",
    "compile_schema",
    "is_installed",
    "unusable",
]

#: The messages without which there is nothing to compose or to read.
_NEEDED = ("LayerParameter", "NetParameter")

#: The start of an error or warning of the compiler: ``caffe.proto:12:3: ``.
_PLACE = re.compile(r"(?P<file>.*?):(?P<line>\d+):(?P<column>\d+): (?P<message>.*)")


def is_installed() -> bool:
    """Whether there is a compiler."""
    return find_spec("grpc_tools") is not None


def compile_files(path: str | Path) -> FileDescriptorSet:
    """The compiled forms of the files that a ``.proto`` imports, and as the last one its own.

    Raises `ProtogenError` if the file cannot be compiled, and `ModuleNotFoundError` without
    grpcio-tools.
    """
    if not is_installed():
        raise ModuleNotFoundError("grpcio-tools is not installed", name="grpc_tools")
    source = Path(path).resolve()
    if not source.is_file():
        raise unusable(path, "cannot be read: it is not a file, or it does not exist")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "schema.desc"
        compiler = [sys.executable, "-m", "grpc_tools.protoc", f"-I{source.parent}"]
        options = ["--include_imports", f"--descriptor_set_out={out}", source.name]
        result = subprocess.run([*compiler, *options], capture_output=True, check=False)
        if result.returncode:
            raise _not_compiled(path, result.stderr.decode("utf-8", "replace"))
        return FileDescriptorSet.FromString(out.read_bytes())


def compile_schema(path: str | Path) -> FileDescriptorSet:
    """`compile_files` of a schema of Caffe. Raises `ProtogenError` also for another schema."""
    files = compile_files(path)
    main = files.file[-1]
    names = {message.name for message in main.message_type}
    for name in _NEEDED:
        # Many programs have a file of this kind, such as ONNX or TensorFlow.
        if name not in names:
            raise unusable(
                path,
                f'has no message "{name}", so it is not a schema of Caffe',
                hint="give the src/caffe/proto/caffe.proto of the Caffe that reads the nets",
            )
    for file in files.file:
        clear_options(file)
    return files


def unusable(
    path: str | Path, message: str, hint: str = "", location: Location | None = None
) -> ProtogenError:
    """The error for a schema that cannot be used."""
    rule = rules.named("unreadable-file")
    place = location or Location(str(path))
    return ProtogenError(rule.diagnostic(message, location=place, hint=hint))


def _not_compiled(path: str | Path, output: str) -> ProtogenError:
    """The error for the first line of the compiler's output that is no warning."""
    folder = f"{Path(path).resolve().parent}/"
    reason = _first_error(output.replace(folder, ""))
    match = _PLACE.fullmatch(reason)
    hint = "give the file that the build of that Caffe compiles, usually caffe.proto"
    # The place may be in a file that this one imports, which the message then names.
    if match is None or match["file"] != Path(path).name:
        return unusable(path, f"cannot be compiled: {reason}", hint)
    location = Location(str(path), int(match["line"]), int(match["column"]))
    return unusable(path, f"cannot be compiled: {match['message']}", hint, location)


def _first_error(output: str) -> str:
    """The first line that has a place and is no warning, or else the first that is none."""
    errors = [line for line in output.splitlines() if "warning" not in line.lower()]
    for line in errors:
        if _PLACE.fullmatch(line):
            return line
    # A crash of the compiler, for example, has no place.
    for line in errors:
        if line:
            return line
    return "the compiler ended without a reason"


def all_files(files: FileDescriptorSet) -> Iterator[FileDescriptorProto]:
    """The files of a set, without those of protobuf itself."""
    for file in files.file:
        if not file.name.startswith("google/"):
            yield file
