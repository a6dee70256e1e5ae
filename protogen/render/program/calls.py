"""From the layers of a net to the calls that compose them."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from protogen import layers as layer_types
from protogen import proto
from protogen.compose.keywords import COMMON, UnknownKeyword, fill, keywords_of
from protogen.compose.names import TRAIN_ONLY, Names, phases_of
from protogen.graph import PHASES
from protogen.proto.fields import is_repeated
from protogen.render.program.nodes import Call, Fields, Items, Node, Text, Word
from protogen.schema import Facts, Fault, LayerSchema, UnknownType, check_param_count
from protogen.shapes import Shape

__all__ = ["calls_of", "net_fields", "plain"]

#: The fields of a layer that are arguments of their own.
_OWN = ("name", "type", "bottom", "top")

#: The fields of a filler that the function with its name takes.
_FILLERS: dict[str, tuple[str, ...]] = {
    "constant": ("value",),
    "xavier": (),
    "msra": (),
    "bilinear": (),
    "positive_unitball": (),
}

#: Bytes of a number that other ones of this size may equal.
_FLOAT = "f"


def calls_of(net: proto.NetParameter, comments: Mapping[int, Sequence[str]]) -> list[Call]:
    """A call for each layer. ``comments`` are those of the layers, by index.

    A layer that cannot be composed, because Caffe would reject it or because it has fields that its
    type does not read, is added as it is (`Call.raw`).
    """
    trial = _Trial()
    found = []
    for index, layer in enumerate(net.layer):
        call = _call(layer)
        if not trial.composes(call, layer):
            call = _raw_call(layer)
        call.comments = tuple(comments.get(index, ()))
        found.append(call)
    return found


# Layers ----------------------------------------------------------------------------------------


def _call(layer: Any) -> Call:
    """The call of a layer's type."""
    schema = layer_types.find(layer.type) or UnknownType(layer.type)
    phase = _only_phase(layer)
    args: dict[str, Node] = {"name": Text.of(layer.name)}
    bottoms, tops = tuple(layer.bottom), tuple(layer.top)
    in_place = len(tops) == 1 and bool(bottoms) and tops[0] == bottoms[0]
    outs = () if in_place else tops
    if isinstance(schema, UnknownType):
        args["tops"] = Fields("dict", tuple((top, None) for top in tops))
    elif in_place:
        args["in_place"] = True
    else:
        args.update(_top_argument(layer.name, tops, schema, bottoms))
    args.update(_keywords(layer, schema, skip_include=bool(phase)))
    function = f"L.{layer.type}" if layer.type.isidentifier() else "L.Layer"
    if isinstance(schema, UnknownType):
        function = "L.Layer"
        args = {"": Word(layer.type), **args}
    return Call(function, bottoms, outs, args, phase, (layer.type,), in_place=in_place)


def _top_argument(
    name: str, tops: Sequence[str], schema: LayerSchema, bottoms: Sequence[str]
) -> dict[str, Node]:
    """How the names of the tops are given, if they are not those by default."""
    number = schema.default_tops(len(bottoms), {})
    default = [f"{name}_{index}" if index else name for index in range(len(tops))]
    if list(tops) == default:
        return {} if len(tops) == number else {"ntop": len(tops)}
    if len(tops) == 1:
        return {"top": Text.of(tops[0])}
    return {"top": Items(tuple(map(Text.of, tops)))} if tops else {"ntop": 0}


def _only_phase(layer: Any) -> str:
    """The phase, if the layer includes one phase and says nothing else."""
    if len(layer.include) != 1 or layer.exclude:
        return ""
    (rule,) = layer.include
    if [field.name for field, _ in rule.ListFields()] != ["phase"]:
        return ""
    name: str = proto.Phase.Name(rule.phase)
    return name if name in ("TRAIN", "TEST") else ""


def _keywords(layer: Any, schema: LayerSchema, *, skip_include: bool) -> Iterator[tuple[str, Node]]:
    known = keywords_of(schema)
    for field, value in layer.ListFields():
        if field.name in _OWN or (field.name == "include" and skip_include):
            continue
        if field.name in COMMON or field.name not in schema.params:
            yield field.name, _value(field, value)
            continue
        rest = []
        for inner, given in value.ListFields():
            keyword = known.get(inner.name)
            if keyword is not None and keyword.home == field.name and inner.name not in _OWN:
                yield inner.name, _value(inner, given)
            else:
                rest.append((inner.name, _value(inner, given)))
        # A message without fields is there all the same.
        if rest or not value.ListFields():
            yield field.name, Fields("dict", tuple(rest))


def _raw_call(layer: Any) -> Call:
    """The fields of a layer as they are."""
    args: dict[str, Node] = {"name": Text.of(layer.name), "type": Word(layer.type)}
    if not layer.HasField("name"):
        del args["name"]
    if not layer.HasField("type"):
        del args["type"]
    for name in ("bottom", "top"):
        if getattr(layer, name):
            args[name] = Items(tuple(map(Text.of, getattr(layer, name))))
    for field, value in layer.ListFields():
        if field.name not in _OWN:
            args[field.name] = _value(field, value, raw=True)
    return Call(
        "add", tuple(layer.bottom), tuple(layer.top), args, "", (layer.type,), raw=True
    )  # fmt: skip


# Values ----------------------------------------------------------------------------------------


def _value(field: Any, value: Any, *, raw: bool = False) -> Node:
    if not is_repeated(field):
        return _element(field, value, raw=raw)
    elements = [_element(field, each, raw=raw) for each in value]
    is_message = field.message_type is not None
    if is_message and field.message_type.name == "BlobShape" and not raw:
        return elements[0] if len(elements) == 1 else tuple(elements)
    # A single value may stand for a list of one.
    if len(elements) == 1 and not is_message and not raw:
        return elements[0]
    if is_message or any(isinstance(each, Text) for each in elements):
        return Items(tuple(elements))
    return tuple(elements)


def _element(field: Any, value: Any, *, raw: bool) -> Node:
    if field.message_type is not None:
        return _message(field.message_type.name, value, raw=raw)
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return value if known is None else Word(known.name)
    if isinstance(value, float):
        return _number(field, value)
    if isinstance(value, str):
        return Text.of(value)
    return value


def _number(field: Any, value: float) -> int | float:
    """The shortest number that gives the same value; whole ones without a point."""
    if value.is_integer() and abs(value) < 1e6 and (value or not str(value).startswith("-")):
        return int(value)
    if field.type == field.TYPE_DOUBLE or value != value or value in (float("inf"), -float("inf")):
        return value
    bits = struct.pack(_FLOAT, value)
    for digits in range(1, 9):
        shorter = float(f"{value:.{digits}g}")
        if abs(shorter) < 3e38 and struct.pack(_FLOAT, shorter) == bits:
            return shorter
    return value


def _message(name: str, message: Any, *, raw: bool) -> Node:
    if name == "BlobShape" and not raw and len(message.dim):
        return tuple(message.dim)
    items = []
    for field, value in message.ListFields():
        node = _value(field, value, raw=True)
        items.append((field.name, Word(value) if field.name == "type" and not raw else node))
    if name == "FillerParameter" and not raw:
        return _filler(items)
    return Fields("dict", tuple(items))


def _filler(items: Sequence[tuple[str, Node]]) -> Fields:
    """A call of ``fillers``, if it says exactly this."""
    fields = dict(items)
    kind = fields.pop("type", None)
    if isinstance(kind, Word):
        if kind.word in _FILLERS and tuple(fields) == _FILLERS[kind.word]:
            return Fields(f"fillers.{kind.word}", tuple(fields.items()))
    return Fields("dict", tuple(items))


def plain(node: Node) -> Any:
    """A value without parameters as what the composer takes."""
    if isinstance(node, Text):
        return "".join(map(str, node.atoms))
    if isinstance(node, Word):
        return node.word
    if isinstance(node, Items):
        return [plain(each) for each in node.items]
    if isinstance(node, tuple):
        return [plain(each) for each in node]
    if isinstance(node, Fields):
        fields = {key: plain(value) for key, value in node.items}
        if node.function == "dict":
            return fields
        return {"type": node.function.removeprefix("fillers."), **fields}
    return node


# Trying it -------------------------------------------------------------------------------------


class _Trial:
    """Does what composing would do with each call, to see which of them can be composed.

    The composer itself would explain each error, which takes as long as inferring the whole net.
    """

    def __init__(self) -> None:
        self._names = Names()
        self._shapes: dict[str, Shape] = {}

    def composes(self, call: Call, layer: Any) -> bool:
        """Whether the call adds exactly this layer."""
        schema = layer_types.find(layer.type) or UnknownType(layer.type)
        try:
            facts = self._facts(call, layer, schema)
        except (Fault, UnknownKeyword, TypeError, ValueError):
            facts = None
        for position, top in enumerate(layer.top):
            self._shapes[top] = facts.tops[position] if facts is not None else None
        return facts is not None

    def _facts(self, call: Call, layer: Any, schema: LayerSchema) -> Facts | None:
        if not (layer.name and layer.HasField("type")):
            return None
        keywords = {key: plain(value) for key, value in call.args.items() if key}
        fields = {"name": layer.name, "type": layer.type, "bottom": layer.bottom, "top": layer.top}
        fill(fields, schema, keywords)
        if call.phase:
            fields["include"] = [{"phase": call.phase}]
        if _serialized(proto.LayerParameter(**fields)) != _serialized(layer):
            return None
        phases = phases_of(layer)
        phase = PHASES["TRAIN" if phases == TRAIN_ONLY else "TEST"]
        bottoms = tuple(self._shapes.get(name) for name in layer.bottom)
        in_place = frozenset(
            index for index, pair in enumerate(zip(layer.bottom, layer.top)) if pair[0] == pair[1]
        )
        facts = schema.infer(layer, bottoms, len(layer.top), phase, in_place)
        check_param_count(layer, facts)
        self._names.take(layer.name, layer.bottom, layer.top, in_place, phases)
        return facts


def _serialized(message: Any) -> bytes:
    return bytes(message.SerializePartialToString(deterministic=True))


def net_fields(net: proto.NetParameter) -> dict[str, Node]:
    """The fields of the net itself."""
    found = {}
    for field, value in net.ListFields():
        if field.name not in ("layer", "layers"):
            found[field.name] = _value(field, value, raw=True)
    return found
