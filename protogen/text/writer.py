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
_INPUT = re.compile(r'^input: ".*"$')


def write(
    message: Any,
    tops: Sequence[Sequence[Shape]] | None = None,
    inputs: Sequence[Shape] = (),
) -> str:
    """The message as text: fields in the order of the schema, floats as short as possible.

    ``tops`` gives the shapes of each layer's tops and ``inputs`` those of the net's own inputs, to
    be written as comments after them.
    """
    text = _LONG.sub(_shortest, str(message))
    if tops is None:
        return text
    return _annotated(text, tops, inputs)


def _shortest(match: re.Match[str]) -> str:
    """The fewest digits that give the same 32-bit float: 104.00699, not 104.006989."""
    value = float(match[1])
    bits = struct.pack("f", value)
    for digits in (7, 8):
        shorter = f"{value:.{digits}g}"
        if struct.pack("f", float(shorter)) == bits:
            return f": {shorter}"
    return f": {match[1]}"


def _annotated(text: str, tops: Sequence[Sequence[Shape]], inputs: Sequence[Shape]) -> str:
    lines: list[str] = []
    layers = iter(tops)
    shapes: Iterator[Shape] = iter(())
    input_shapes = iter(inputs)
    for line in text.split("\n"):
        # Only the net's own fields and layers begin without a margin, and tops with two blanks.
        if line in ("layer {", "layers {"):
            shapes = iter(next(layers, ()))
        elif _TOP.match(line):
            line = f"{line}  # {format_shape(next(shapes, None))}"
        elif _INPUT.match(line):
            line = f"{line}  # {format_shape(next(input_shapes, None))}"
        lines.append(line)
    return "\n".join(lines)
