"""A message as prototxt: protobuf's own printer, and shapes as comments on request."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from typing import Any

from protogen.shapes import Shape, format_shape

__all__ = ["write"]

#: A number of nine digits, which protobuf prints if six do not identify a float.
_LONG = re.compile(r": (-?(?=[\d.]{10})\d+\.\d+(?:e[+-]\d+)?)$", re.MULTILINE)

_TOP = re.compile(r'^  top: ".*"$')


def write(message: Any, tops: Sequence[Sequence[Shape]] | None = None) -> str:
    """The message as text: fields in the order of the schema, floats as short as possible.

    ``tops`` has the shape of each top of each layer; they become comments beside the tops.
    """
    text = _LONG.sub(_shortest, str(message))
    return text if tops is None else _annotated(text, tops)


def _shortest(match: re.Match[str]) -> str:
    """The fewest digits that give the same 32-bit float: 104.00699, not 104.006989."""
    value = float(match[1])
    bits = struct.pack("f", value)
    for digits in (7, 8):
        shorter = f"{value:.{digits}g}"
        if struct.pack("f", float(shorter)) == bits:
            return f": {shorter}"
    return f": {match[1]}"


def _annotated(text: str, tops: Sequence[Sequence[Shape]]) -> str:
    lines: list[str] = []
    layer = -1
    shapes: Iterator[Shape] = iter(())
    for line in text.split("\n"):
        if line == "layer {":
            layer += 1
            shapes = iter(tops[layer]) if layer < len(tops) else iter(())
        elif _TOP.match(line):
            line = f"{line}  # {format_shape(next(shapes, None))}"
        lines.append(line)
    return "\n".join(lines)
