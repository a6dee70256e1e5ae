"""Reading nets from files and texts."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from protogen import proto, rules
from protogen.diagnostics import Location, ProtogenError
from protogen.net import Net
from protogen.text import read

__all__ = ["load", "loads", "read_bytes"]


def load(path: str | os.PathLike[str]) -> Net:
    """Read a net from a file; ``-`` is standard input.

    What is wrong with its text is in the diagnostics of whatever is asked of the net. Raises
    `ProtogenError` if the file does not exist or cannot be read.
    """
    return loads(read_bytes(path), os.fspath(path))


def loads(text: str | bytes | bytearray, filename: str = "<text>") -> Net:
    """Read a net from its text; ``filename`` is its name in diagnostics."""
    return Net.from_document(read(text, proto.NetParameter, filename))


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a file, or of standard input for ``-``; raises `ProtogenError` if it cannot."""
    name = os.fspath(path)
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        rule = rules.named("unreadable-file")
        raise ProtogenError(rule.diagnostic(message, location=Location(name))) from None
