"""From the layers of a net to the calls that compose them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from protogen import layers as layer_types
from protogen import proto
from protogen.compose.keywords import COMMON, UnknownKeyword, fill, keywords_of
from protogen.compose.names import TRAIN_ONLY, Names, phases_of
from protogen.graph import PHASES
from protogen.render.program.nodes import Call, Fields, Items, Node, Text, Word
from protogen.render.program.values import plain, value_of
from protogen.schema import Facts, Fault, LayerSchema, UnknownType, check_param_count
from protogen.shapes import Shape

__all__ = ["calls_of"]

#: The fields of a layer that are arguments of their own.
_OWN = ("name", "type", "bottom", "top")


def calls_of(
    net: proto.NetParameter, comments: Mapping[int, Sequence[str]], *, raw: bool = False
) -> tuple[list[Call], dict[str, Shape]]:
    """A call for each layer, and the shapes of the blobs.

    ``comments`` are those of the layers, by index. With ``raw`` no layer is composed.

    A layer that cannot be composed, because Caffe would reject it or because it has fields that its
    type does not read, is added as it is (`Call.raw`).
    """
    trial = _Trial()
    found = []
    for index, layer in enumerate(net.layer):
        call = _call(layer)
        if raw or not trial.composes(call, layer):
            call = _raw_call(layer)
        call.comments = tuple(comments.get(index, ()))
        found.append(call)
    return found, trial.shapes


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
            yield field.name, value_of(field, value)
            continue
        rest = []
        for inner, given in value.ListFields():
            keyword = known.get(inner.name)
            if keyword is not None and keyword.home == field.name and inner.name not in _OWN:
                yield inner.name, value_of(inner, given)
            else:
                rest.append((inner.name, value_of(inner, given)))
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
            args[field.name] = value_of(field, value, raw=True)
    return Call(
        "add", tuple(layer.bottom), tuple(layer.top), args, "", (layer.type,), raw=True
    )  # fmt: skip


# Trying it -------------------------------------------------------------------------------------


class _Trial:
    """Does what composing would do with each call, to see which of them can be composed.

    The composer itself would explain each error, which takes as long as inferring the whole net.
    """

    def __init__(self) -> None:
        self._names = Names()
        self._begun = False
        self.shapes: dict[str, Shape] = {}

    def composes(self, call: Call, layer: Any) -> bool:
        """Whether the call adds exactly this layer."""
        schema = layer_types.find(layer.type) or UnknownType(layer.type)
        try:
            facts = self._facts(call, layer, schema)
        except (Fault, UnknownKeyword, TypeError, ValueError):
            facts = None
        if facts is not None:
            self._begun = True
        elif not self._begun:
            # The composer looks at the layers that are there when it composes its first one.
            self._names.note(layer.name, layer.bottom, layer.top, phases_of(layer))
        for position, top in enumerate(layer.top):
            self.shapes[top] = facts.tops[position] if facts is not None else None
        return facts is not None

    def _facts(self, call: Call, layer: Any, schema: LayerSchema) -> Facts | None:
        if not (layer.name and layer.HasField("type")):
            return None
        keywords = {key: plain(value) for key, value in call.args.items() if key}
        if len(keywords.get("tops", layer.top)) != len(layer.top):  # a dict has each name once
            return None
        fields = {"name": layer.name, "type": layer.type, "bottom": layer.bottom, "top": layer.top}
        fill(fields, schema, keywords)
        if call.phase:
            fields["include"] = [{"phase": call.phase}]
        if _serialized(proto.LayerParameter(**fields)) != _serialized(layer):
            return None
        phases = phases_of(layer)
        phase = PHASES["TRAIN" if phases == TRAIN_ONLY else "TEST"]
        bottoms = tuple(self.shapes.get(name) for name in layer.bottom)
        in_place = frozenset(
            index for index, pair in enumerate(zip(layer.bottom, layer.top)) if pair[0] == pair[1]
        )
        facts = schema.infer(layer, bottoms, len(layer.top), phase, in_place)
        check_param_count(layer, facts)
        self._names.take(layer.name, layer.bottom, layer.top, in_place, phases)
        return facts


def _serialized(message: Any) -> bytes:
    return bytes(message.SerializePartialToString(deterministic=True))
