"""What the tests of every rule need: the whole text of what it says of a net."""

from __future__ import annotations

from collections.abc import Sequence

import protogen
from protogen.checks import check


def told(text: str, *codes: str, phases: Sequence[str] = ("TEST",), **more: object) -> list[str]:
    """What is found in a net of this text, of these codes only, as people read it."""
    net = protogen.loads(text, "net.prototxt")
    report = check(net, phases=phases, select=codes, **more)  # type: ignore[arg-type]
    return [str(diagnostic) for diagnostic in report.diagnostics]


def image(channels: int, height: int, width: int = 0) -> str:
    """An Input layer named data, in one line."""
    dims = " ".join(f"dim: {size}" for size in (1, channels, height, width or height))
    return (
        f'layer {{ name: "data" type: "Input" top: "data" input_param {{ shape {{ {dims} }} }} }}\n'
    )


def layer(name: str, kind: str, *bottoms: str, **params: str) -> str:
    """A layer in four lines, for messages of which the line is to be seen."""
    reads = " ".join(f'bottom: "{bottom}"' for bottom in bottoms)
    fields = " ".join(f"{param} {{ {text} }}" for param, text in params.items())
    return f'layer {{\n  name: "{name}" type: "{kind}"\n  {reads} top: "{name}"\n  {fields}\n}}\n'
