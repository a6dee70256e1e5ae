"""Reading nets from files and texts."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

from protogen import proto as ours
from protogen import rules
from protogen.diagnostics import Location, ProtogenError
from protogen.net import Net
from protogen.text import read

__all__ = ["load", "loads", "message_class", "read_bytes"]


def load(path: str | os.PathLike[str], proto: str | os.PathLike[str] | None = None) -> Net:
    """Read a net from a file; ``-`` is standard input.

    ``proto`` is the ``caffe.proto`` of the Caffe that the net is for; see `loads`. What is wrong
    with the text is in the diagnostics of whatever is asked of the net. Raises `ProtogenError` if
    the file does not exist or cannot be read.
    """
    return loads(read_bytes(path), os.fspath(path), proto)


def loads(
    text: str | bytes | bytearray,
    filename: str = "<text>",
    proto: str | os.PathLike[str] | None = None,
) -> Net:
    """Read a net from its text; ``filename`` is its name in diagnostics.

    ``proto`` is the ``caffe.proto`` of the Caffe that the net is for: its fields and enum values
    are those that are known, and no others. Raises `ProtogenError` if it cannot be used, and
    `ModuleNotFoundError` if grpcio-tools is not installed (``caffe-protogen[proto]``).
    """
    return Net.from_document(read(text, message_class("NetParameter", proto), filename))


def message_class(name: str, proto: str | os.PathLike[str] | None = None) -> Any:
    """The class of a message of protogen's schema, or of the one in a ``caffe.proto``."""
    if proto is None:
        return getattr(ours, name)
    # Compiling is for few, and its import for them alone.
    user_schema = importlib.import_module("protogen.proto.user_schema")
    return user_schema.read_schema(os.fspath(proto)).message_class(name)


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a file, or of standard input for ``-``; raises `ProtogenError` if it cannot."""
    name = os.fspath(path)
    try:
        # Bytes, as from a file: the reader itself finds out what is not UTF-8.
        if name == "-":
            return sys.stdin.buffer.read()
        return Path(name).read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        rule = rules.named("unreadable-file")
        raise ProtogenError(rule.diagnostic(message, location=Location(name))) from None
