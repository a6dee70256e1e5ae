"""What the functions of a program are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protogen.render.program.nodes import Call, Function, Loop, Program, Text

__all__ = ["function_name", "short_name"]

#: Short names for the types of which functions are named.
_SHORT = {
    "Convolution": "conv",
    "InnerProduct": "fc",
    "BatchNorm": "bn",
    "Pooling": "pool",
    "Deconvolution": "deconv",
    "SoftmaxWithLoss": "loss",
}

#: Up to so many layers of so many types, a function is named after them.
_LAYERS, _TYPES = 4, 3


def short_name(layer_type: str) -> str:
    """A layer type as a part of a name: ``conv``."""
    return _SHORT.get(layer_type, layer_type.lower())


def function_name(function: Function, program: Program) -> str:
    """A name by the types of few layers, or else by how the layers are connected or called."""
    types = function.types
    if len(set(types)) <= _TYPES and len(types) <= _LAYERS:
        return "_".join(map(short_name, types))
    functions = {each.name: each for each in program.functions}
    shape = _shape_name(function, functions)
    return shape or _common_stem(function, program) or f"{short_name(types[0])}_block"


def _shape_name(function: Function, functions: dict[str, Function]) -> str:
    """What papers call layers that are connected like this; empty for others."""
    if "SoftmaxWithLoss" in function.types:
        return "loss"
    call = _last_call(function)
    if call is None:
        return ""
    reads_input = not set(call.bottoms).isdisjoint(function.blobs)
    if call.function in functions:
        name = _shape_name(functions[call.function], functions)
        return name if reads_input or name != "residual" else "projection"
    if call.types == ("Pooling",):
        return "stage"
    if call.types == ("Eltwise",):
        return "residual" if reads_input else "projection"
    return "dense" if call.types == ("Concat",) and reads_input else ""


def _last_call(function: Function) -> Call | None:
    """The last call that makes a new blob."""
    for statement in reversed(function.body):
        call = statement.template if isinstance(statement, Loop) else statement
        if not call.in_place:
            return call
    return None


def _common_stem(function: Function, program: Program) -> str:
    """The letters with which the first name in all calls of a function begins."""
    texts = list(filter(None, _first_names(function, program)))
    match = re.match(r"[A-Za-z][A-Za-z_]+", _common_prefix(texts)) if texts else None
    return match[0].strip("_") if match else ""


def _first_names(function: Function, program: Program) -> Iterator[str]:
    """The first argument of each call, if it is a text, without parameters in it."""
    for body in program.bodies():
        for statement in body:
            for call in statement.calls if isinstance(statement, Loop) else [statement]:
                if call.function == function.name and function.parameters:
                    value = call.args[function.parameters[0]]
                    if isinstance(value, Text):
                        yield "".join(atom for atom in value.atoms if isinstance(atom, str))


def _common_prefix(texts: Sequence[str]) -> str:
    first, last = min(texts), max(texts)
    for index, letter in enumerate(first):
        if index >= len(last) or last[index] != letter:
            return first[:index]
    return first
