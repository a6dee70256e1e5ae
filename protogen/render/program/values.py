"""The values of fields as values of a program, and back."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import Any

from protogen import proto
from protogen.proto.fields import is_repeated
from protogen.render.program.nodes import Fields, Items, Node, Text, Word

__all__ = ["element_of", "net_fields", "plain", "value_of"]

#: A number that is rounded to fewer digits must stay below this, to fit into 32 bits.
_LARGEST = 3e38

#: The fields of a filler that the function with its name takes.
_FILLERS: dict[str, tuple[str, ...]] = {
    "constant": ("value",),
    "xavier": (),
    "msra": (),
    "bilinear": (),
    "positive_unitball": (),
}


def value_of(field: Any, value: Any, *, raw: bool = False) -> Node:
    """The value of a field. ``raw`` writes it as protobuf takes it, not the composer."""
    if not is_repeated(field):
        return element_of(field, value, raw=raw)
    elements = [element_of(field, each, raw=raw) for each in value]
    message = field.message_type
    is_of_shapes = message is not None and message.name == "BlobShape"
    # For the composer, a single number, or one shape, may stand for a list of one.
    may_stand_alone = not raw and (message is None or is_of_shapes)
    if may_stand_alone and len(elements) == 1:
        return elements[0]
    if is_of_shapes and not raw:
        return tuple(elements)
    # What has parts, or may have parameters in it, is compared one by one.
    has_parts = message is not None or any(isinstance(each, Text) for each in elements)
    if has_parts:
        return Items(tuple(elements))
    return tuple(elements)


def element_of(field: Any, value: Any, *, raw: bool = True) -> Node:
    """One value of a field, which may be an element of a list."""
    if field.message_type is not None:
        return _message(field.message_type.name, value, raw=raw)
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        if known is None:
            return value
        return Word(known.name)
    if isinstance(value, float):
        return _number(field, value)
    if isinstance(value, str):
        return Text.of(value)
    return value


def _number(field: Any, value: float) -> int | float:
    """The shortest number that gives the same value; whole ones without a point."""
    is_short = value.is_integer() and abs(value) < 1e6
    # An integer has no negative zero.
    if is_short and str(value) != "-0.0":
        return int(value)
    # Python prints the shortest form of a double itself.
    if field.type == field.TYPE_DOUBLE or not math.isfinite(value):
        return value
    # protobuf reads 0.1 of a float as 0.10000000149011612, which nobody wrote.
    bits = struct.pack("f", value)
    for digits in range(1, 9):
        shorter = float(f"{value:.{digits}g}")
        # The largest floats, rounded up, are too large.
        if abs(shorter) >= _LARGEST:
            continue
        if struct.pack("f", shorter) == bits:
            return shorter
    return value


def _message(name: str, message: Any, *, raw: bool) -> Node:
    """A message, as the composer takes it unless it is ``raw``."""
    if raw:
        return _raw_message(message)
    if name == "BlobShape" and len(message.dim):
        return tuple(message.dim)
    items = []
    for field, value in message.ListFields():
        if field.name == "type":
            # The type of a filler is a word of the schema, not a text that may vary.
            items.append(("type", Word(value)))
        else:
            items.append((field.name, value_of(field, value, raw=True)))
    if name == "FillerParameter":
        return _filler(items)
    return Fields("dict", tuple(items))


def _raw_message(message: Any) -> Fields:
    """A message as a dict of its fields."""
    items = []
    for field, value in message.ListFields():
        items.append((field.name, value_of(field, value, raw=True)))
    return Fields("dict", tuple(items))


def _filler(items: Sequence[tuple[str, Node]]) -> Fields:
    """A call of ``fillers``, if it says exactly this."""
    fields = dict(items)
    kind = fields.pop("type", None)
    if isinstance(kind, Word) and tuple(fields) == _FILLERS.get(kind.word):
        return Fields(f"fillers.{kind.word}", tuple(fields.items()))
    return Fields("dict", tuple(items))


def plain(node: Node) -> Any:
    """A value without parameters as what the composer takes."""
    match node:
        case Text(atoms=atoms):
            return "".join(map(str, atoms))
        case Word(word=word):
            return word
        case Items(items=items):
            return list(map(plain, items))
        case Fields():
            return _plain_fields(node)
        case tuple():
            return list(map(plain, node))
    return node


def _plain_fields(node: Fields) -> dict[str, Any]:
    """A dict, or the filler that ``fillers.xavier()`` stands for."""
    fields = {key: plain(value) for key, value in node.items}
    if node.function == "dict":
        return fields
    kind = node.function.removeprefix("fillers.")
    return {"type": kind, **fields}


def net_fields(net: proto.NetParameter) -> dict[str, Node]:
    """The fields of the net itself."""
    found = {}
    for field, value in net.ListFields():
        if field.name not in ("layer", "layers"):
            found[field.name] = value_of(field, value, raw=True)
    return found
