"""What a net is read from: a prototxt file, a Python program, or the zoo."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from protogen.cli._output import Unusable
from protogen.diagnostics import ProtogenError, did_you_mean

if TYPE_CHECKING:
    from protogen.net import Net
    from protogen.analysis import Analysis

__all__ = ["complain", "read_net", "shapes_given"]


def read_net(spec: str, settings: Mapping[str, Any] | None = None) -> Net:
    """The net of ``file.prototxt``, ``-``, ``file.py``, ``file.py:name`` or ``zoo:name``.

    ``settings`` are keyword arguments of the function that makes it.
    """
    path, _, name = spec.rpartition(":") if not Path(spec).exists() else (spec, "", "")
    if path == "zoo":
        return _from_zoo(name)
    if path.endswith(".py") or spec.endswith(".py"):
        from protogen.cli._program import net_of_program

        program, name = (path, name) if path else (spec, "")
        return net_of_program(program, name, settings or {})
    if settings:
        raise Unusable(f"--set is for nets that a Python function makes; {spec} is a file to read")
    return _from_file(spec)


def _from_file(path: str) -> Net:
    from protogen.net_files import loads, read_bytes

    try:
        return loads(read_bytes(path), "<stdin>" if path == "-" else path)
    except ProtogenError as error:  # raised for a file that cannot be read, and for no other
        raise Unusable(f"{path} {error.diagnostics[0].message}") from None


def _from_zoo(name: str) -> Net:
    raise Unusable(f'this protogen has no zoo to take "{name}" from')


def shapes_given(
    net: Net, inputs: Sequence[tuple[str, tuple[int | None, ...]]]
) -> dict[str, tuple[int | None, ...]]:
    """What --input said, by blob; each must be one that some layer of the net makes."""
    known = {top for layer in net.current.message.layer for top in layer.top}
    for name, _ in inputs:
        if known and name not in known:
            near = did_you_mean(name, known)
            raise Unusable(f"--input {name}: no layer makes it{f'; {near}' if near else ''}")
    return dict(inputs)


def _source_of(net: Net) -> Callable[[str], str]:
    """A function from a file's name to its text, for the lines that diagnostics quote."""
    document = getattr(net, "document", None)

    def text(file: str) -> str:
        if document is not None and file == document.filename:
            return str(document.text)
        return "".join(linecache.getlines(file)) if Path(file).is_file() else ""

    return text


def complain(net: Net, inferences: Sequence[Analysis]) -> None:
    """Write all that is wrong to standard error: what every phase has once, the rest by phase."""
    from protogen.render.text import diagnostics

    found = [dict.fromkeys(inference.diagnostics) for inference in inferences]
    common = {each: None for each in found[0] if all(each in other for other in found[1:])}
    parts = [("", list(common))] + [
        (f"in phase {inference.state.phase} only:\n", [d for d in each if d not in common])
        for inference, each in zip(inferences, found)
    ]
    for title, told in parts:
        if told:
            click.echo(title + diagnostics(told, _source_of(net)), err=True)
