"""A net that was read: its message beside the text it came from."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from protogen import proto
from protogen.compose.mistakes import refuse
from protogen.compose.net import Net
from protogen.diagnostics import Diagnostic, Location, ProtogenError, Severity
from protogen.files import write_file
from protogen.text import Document, read
from protogen.text.differences import differences
from protogen.text.upgrade import upgrade_net

__all__ = ["LoadedNet", "load", "loads", "read_bytes"]


class LoadedNet(Net):
    """A net read from prototxt. ``document`` knows where each field was written.

    ``message`` is what the file says; `current` is that in Caffe's present format. ``text`` is the
    very text read; a change of the message, or one through ``document``, changes the text of the
    fields concerned and no other.
    """

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.message = document.message
        self._said = _bytes(document.message)
        self._upgrade: tuple[str, Any] | None = None

    @property
    def text(self) -> str:
        """The text that was read, byte for byte; with the changes made since."""
        self._follow()
        return self.document.text

    def _follow(self) -> None:
        """Have the text say what the message does, if somebody changed that."""
        if self._said != _bytes(self._message):
            document, wanted = self.document, type(self._message)()
            wanted.CopyFrom(self._message)
            document.message.ParseFromString(self._said)
            document.apply(differences(document.message, wanted))
            self._said = _bytes(document.message)

    def __enter__(self) -> NoReturn:
        refuse(
            "a net that was read takes no further layers by composing",
            "",
            hint="compose into Net.of(net.to_proto()), or insert the text with net.document.insert",
        )

    @property
    def _upgraded(self) -> Any:
        """The net in today's format, made anew once its text has been edited."""
        text = self.document.text
        if self._upgrade is None or self._upgrade[0] is not text:
            found = upgrade_net(self.message, self.document.locate) if self.legacy else None
            self._upgrade = (text, found)
        return self._upgrade[1]

    def current(self) -> tuple[Any, list[Diagnostic]]:
        self._follow()
        found = list(self.document.diagnostics)
        upgraded = self._upgraded
        if upgraded is None:
            return self.message, found
        found += upgraded.diagnostics
        message = upgraded.message
        return proto.NetParameter() if message is None else message, found

    def place(self, diagnostic: Diagnostic) -> Diagnostic:
        """The diagnostic with the place in the file where its layer, or field, is written."""
        if diagnostic.location or diagnostic.layer_index < 0:
            return diagnostic
        location = self.document.locate(self.path(diagnostic.layer_index, diagnostic.field))
        return replace(diagnostic, location=location)

    def path(self, layer_index: int, field: str = "") -> tuple[str | int, ...]:
        """Where a layer of `current`, or a field of it, is written in the file as it was read."""
        index: int | None = layer_index
        upgraded = self._upgraded
        if upgraded is not None:
            index = upgraded.origins[layer_index]
        if index is None:
            return ("input",)
        legacy = "layers" if self.message.layers else "layer"
        return (legacy, index, *field_path(field))

    def spoilt(self) -> frozenset[int]:
        errors = [d for d in self.document.diagnostics if d.severity is Severity.ERROR]
        lines = {d.location.line for d in errors if d.location and d.location.line}
        found = set()
        for index in range(len(self.current()[0].layer) if lines else 0):
            place = self.document.locate(self.path(index))
            if place and any(place.line <= line <= place.end_line for line in lines):
                found.add(index)
        return frozenset(found)

    def to_prototxt(self, annotate: bool = False) -> str:
        """The text as it was read; with ``annotate``, printed anew with shapes as comments."""
        return super().to_prototxt(annotate) if annotate else self.text

    def save(self, path: str | os.PathLike[str], annotate: bool = False) -> None:
        """Write the text beside ``path`` and rename it; bytes that are not UTF-8 stay."""
        write_file(path, self.to_prototxt(annotate))


def _bytes(message: Any) -> bytes:
    return bytes(message.SerializePartialToString(deterministic=True))


def field_path(field: str) -> tuple[str | int, ...]:
    """``param[1].lr_mult`` as the path ("param", 1, "lr_mult")."""
    path: list[str | int] = []
    for word in filter(None, field.split(".")):
        name, _, index = word.rstrip("]").partition("[")
        path += [name, int(index)] if index else [name]
    return tuple(path)


def load(path: str | os.PathLike[str]) -> LoadedNet:
    """Read a net from a file; ``-`` is standard input.

    What is wrong with its text is in the diagnostics of whatever is asked of it. Raises
    `ProtogenError` if there is no such file, or it cannot be read.
    """
    return loads(read_bytes(path), os.fspath(path))


def loads(text: str | bytes, filename: str = "<text>") -> LoadedNet:
    """Read a net from its text; ``filename`` is what diagnostics call it."""
    return LoadedNet(read(text, proto.NetParameter, filename))


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a file, or of standard input for ``-``; raises `ProtogenError` if it cannot."""
    name = os.fspath(path)
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise ProtogenError(
            Diagnostic(Severity.ERROR, "T100", "", message, Location(name), name="unreadable-file")
        ) from None
