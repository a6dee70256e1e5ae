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
    name = _shape_name(function, functions)
    if not name:
        name = _common_stem(function, program)
    if not name:
        name = f"{short_name(types[0])}_block"
    return name


def _shape_name(function: Function, functions: dict[str, Function]) -> str:
    """What papers call layers that are connected like this; empty for others."""
    if "SoftmaxWithLoss" in function.types:
        return "loss"
    call = _last_call(function)
    if call is None:
        return ""
    reads_input = not set(call.bottoms).isdisjoint(function.blobs)
    inner = functions.get(call.function)
    if inner is not None:
        name = _shape_name(inner, functions)
        # The shortcut of the inner function is not a blob that this one was given.
        if name == "residual" and not reads_input:
            return "projection"
        return name
    # VGG: convolutions up to a pooling are a stage.
    if call.types == ("Pooling",):
        return "stage"
    # ResNet: the sum of a branch and the bottom itself, or its projection to another size.
    if call.types == ("Eltwise",):
        if reads_input:
            return "residual"
        return "projection"
    # DenseNet: each layer is appended to what it reads.
    if call.types == ("Concat",) and reads_input:
        return "dense"
    return ""


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
    if not texts:
        return ""
    # Only letters: the number after them is what differs.
    match = re.match(r"[A-Za-z][A-Za-z_]+", _common_prefix(texts))
    if match is None:
        return ""
    return match[0].strip("_")


def _first_names(function: Function, program: Program) -> Iterator[str]:
    """The first argument of each call, if it is a text, without parameters in it."""
    if not function.parameters:
        return
    first = function.parameters[0]
    for call in _all_calls(program):
        if call.function != function.name:
            continue
        value = call.args[first]
        # A number says nothing about what the function adds.
        if not isinstance(value, Text):
            continue
        letters = []
        for atom in value.atoms:
            if isinstance(atom, str):
                letters.append(atom)
        yield "".join(letters)


def _all_calls(program: Program) -> Iterator[Call]:
    """The calls of a program, each turn of a loop by itself."""
    for body in program.bodies():
        for statement in body:
            if isinstance(statement, Loop):
                yield from statement.calls
            else:
                yield statement


def _common_prefix(texts: Sequence[str]) -> str:
    # Between the first and the last in order, no text has another beginning.
    first, last = min(texts), max(texts)
    for index, letter in enumerate(first):
        if index >= len(last) or last[index] != letter:
            return first[:index]
    return first
