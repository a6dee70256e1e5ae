"""The source of a program that composes a net, and the proof that it does."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from protogen import proto
from protogen.net import Net
from protogen.netspec import install
from protogen.render.program.block_calls import with_blocks
from protogen.render.program.calls import calls_of
from protogen.render.program.folding import fold
from protogen.render.program.harmless import other_code
from protogen.render.program.layout import lines_of
from protogen.render.program.netspec_source import netspec_source
from protogen.render.program.nodes import Program
from protogen.render.program.python_text import docstring, value_text
from protogen.render.program.values import net_fields
from protogen.render.templates import render
from protogen.text.comments import find_comments

__all__ = ["ProgramError", "Style", "difference", "to_python"]

#: How a program is written: with protogen's own functions, or with NetSpec.
Style = Literal["dsl", "netspec"]

#: The comments of layers, by index.
_Comments = Mapping[int, Sequence[str]]


class ProgramError(Exception):
    """A program that does not compose the net that it was written from: a bug."""


def to_python(net: Net, style: Style = "dsl", *, title: str = "") -> str:
    """A Python program that composes a net; ``title`` says where the net comes from.

    The program has been run, and its net equals this one in the current format. Raises
    `ProtogenError` for a text that could not be read completely.
    """
    current = net.in_current_format().current.message
    comments = _comments(net)
    problem = ""
    for write in _WRITERS[style]:
        source = write(current, comments, title)
        problem = difference(source, current)
        if not problem:
            return source
    raise ProgramError(problem)


def _folded(net: proto.NetParameter, comments: _Comments, title: str) -> str:
    calls, shapes = calls_of(net, comments)
    program = Program(list(with_blocks(calls, net, shapes)))
    fold(program)
    return _source(net, program, title)


def _flat(net: proto.NetParameter, comments: _Comments, title: str) -> str:
    """The program without functions, loops and blocks, in case that one of these is wrong."""
    calls, _ = calls_of(net, comments)
    return _source(net, Program(list(calls)), title)


def _raw(net: proto.NetParameter, comments: _Comments, title: str) -> str:
    """The program that adds the layers as they are, in case that one cannot be composed."""
    calls, _ = calls_of(net, comments, raw=True)
    return _source(net, Program(list(calls)), title)


_Writer = Callable[[proto.NetParameter, _Comments, str], str]

#: What writes a program in a style; if its net differs, the next one is tried.
_WRITERS: dict[Style, tuple[_Writer, ...]] = {
    "dsl": (_folded, _flat, _raw),
    "netspec": (netspec_source,),
}


def _source(net: proto.NetParameter, program: Program, title: str) -> str:
    layout = lines_of(program)
    body = "\n".join([*layout.constants, *map("\n".join, layout.functions), *layout.main])
    return render(
        "net.py.j2",
        title=docstring(title),
        names=_imported(body),
        uses_layers="L." in body,
        constants=layout.constants,
        functions=layout.functions,
        main=layout.main or ["pass"],
        arguments=_net_arguments(net),
    )


def _imported(body: str) -> list[str]:
    names = ["Net"]
    for name in ("Blob", "blocks", "fillers"):
        if f"{name}." in body or f"{name}(" in body:
            names.append(name)
    return sorted(names)


def _net_arguments(net: proto.NetParameter) -> str:
    """The name of the net and its other fields, as arguments."""
    fields = net_fields(net)
    name = fields.pop("name", None)
    pieces = []
    if net.name:
        pieces.append(value_text(name, {}))
    for key, value in fields.items():
        pieces.append(f"{key}={value_text(value, {})}")
    return ", ".join(pieces)


def _comments(net: Net) -> dict[int, list[str]]:
    """The comments of each layer of the current format, by its index."""
    if net.document is None:
        return {}
    current = net.current
    found: dict[int, list[str]] = {}
    written = {}
    for index in range(len(current.message.layer)):
        # The layer as the file has it, perhaps in an old format.
        path = current.path(index)
        written[path[:2]] = index
    last = len(current.message.layer) - 1
    for comment in find_comments(net.document.parse_result):
        # What is above or below all layers stays there.
        other = last
        if comment.placement == "leading":
            other = 0
        index = written.get(comment.path[:2], other)
        found.setdefault(index, []).append(comment.text)
    return found


def difference(source: str, wanted: proto.NetParameter) -> str:
    """What differs between the net that a program composes and the one it should; or nothing."""
    names: dict[str, Any] = {"__name__": "__protogen__"}
    try:
        # The names in the program are a stranger's, so nothing runs that does more than compose.
        unexpected = other_code(source)
        if unexpected:
            return f"the program has {unexpected}, which composing does not need"
        with _module_caffe(), warnings.catch_warnings():
            # NetSpec warns of names twice, which the script corrects afterwards.
            warnings.simplefilter("ignore")
            exec(compile(source, "<program>", "exec"), names)
    except Exception as error:
        return f"the program raises {type(error).__name__}: {error}"
    composed = names["net"]
    message = composed
    if isinstance(composed, Net):
        message = composed.to_proto()
    if _serialized(message) == _serialized(wanted):
        return ""
    # From here on the program is wrong, and this is only for the report of the bug.
    for index, (layer, other) in enumerate(zip(message.layer, wanted.layer)):
        if _serialized(layer) != _serialized(other):
            return f'layer {index}, "{other.name}" ({other.type}), differs'
    number, expected = len(message.layer), len(wanted.layer)
    if number != expected:
        return f"the program composes {number} layers instead of {expected}"
    return "the fields of the net itself differ"


@contextmanager
def _module_caffe() -> Iterator[None]:
    """Have ``import caffe`` import `protogen.netspec`, and afterwards what it did before."""
    saved = {name: module for name, module in sys.modules.items() if _is_caffe(name)}
    install()
    try:
        yield
    finally:
        # A copy, because the loop removes what it goes through.
        for name in list(sys.modules):
            if _is_caffe(name):
                del sys.modules[name]
        sys.modules.update(saved)


def _is_caffe(name: str) -> bool:
    return name == "caffe" or name.startswith("caffe.")


def _serialized(message: Any) -> bytes:
    return bytes(message.SerializePartialToString(deterministic=True))
