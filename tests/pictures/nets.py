"""Nets to draw, and what is drawn of them."""

from __future__ import annotations

from protogen import loads
from protogen.graph import State
from protogen.pictures.boxes import Picture, picture

INPUT = 'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1,3,9,9] } } }'


def convolution(name: str, bottom: str, more: str = "") -> str:
    """A 1x1 Convolution to 3 channels."""
    return (
        f'layer {{ name: "{name}" type: "Convolution" bottom: "{bottom}" top: "{name}"'
        f" convolution_param {{ num_output: 3 kernel_size: 1 {more} }} }}"
    )


def in_place(name: str, kind: str, blob: str) -> str:
    return f'layer {{ name: "{name}" type: "{kind}" bottom: "{blob}" top: "{blob}" }}'


def total(name: str, *bottoms: str) -> str:
    written = " ".join(f'bottom: "{each}"' for each in bottoms)
    return f'layer {{ name: "{name}" type: "Eltwise" {written} top: "{name}" }}'


def block(name: str, bottom: str) -> str:
    """A residual block of three layers."""
    return "\n".join(
        [
            convolution(f"{name}_a", bottom),
            convolution(f"{name}_b", f"{name}_a"),
            total(f"{name}_sum", bottom, f"{name}_b"),
        ]
    )


def chain(length: int) -> str:
    """So many equal Convolutions in a row."""
    lines = [INPUT]
    for index in range(length):
        lines.append(convolution(f"c{index}", f"c{index - 1}" if index else "data"))
    return "\n".join(lines)


def drawn(*texts: str) -> Picture:
    return picture(loads("\n".join(texts)).analysis(State("TEST")))
