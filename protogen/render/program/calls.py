"""From the layers of a net to the calls that compose them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from protogen import layers as layer_types
from protogen import proto
from protogen.compose.keywords import COMMON, Keyword, UnknownKeyword, fill, keywords_of
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
    # A layer with several tops, one of them in place, names them all.
    in_place = len(tops) == 1 and tops == bottoms[:1]
    outs = tops
    if in_place:
        outs = ()
    function = f"L.{layer.type}"
    is_unknown = isinstance(schema, UnknownType)
    if is_unknown or not layer.type.isidentifier():
        function = "L.Layer"
    if is_unknown:
        args = {"": Word(layer.type), **args}
        # Nobody knows how many tops it has, so that all are named, in a dict with their shapes.
        args["tops"] = Fields("dict", tuple([(top, None) for top in tops]))
    elif in_place:
        args["in_place"] = True
    else:
        args.update(_top_argument(layer.name, tops, schema, bottoms))
    keywords = _keywords(layer, schema, skip_include=bool(phase))
    args.update(keywords)
    return Call(function, bottoms, outs, args, phase, (layer.type,), in_place=in_place)


def _top_argument(
    name: str, tops: Sequence[str], schema: LayerSchema, bottoms: Sequence[str]
) -> dict[str, Node]:
    """How the names of the tops are given, if they are not those by default."""
    number = schema.default_tops(len(bottoms), {})
    # The first top has the name of the layer, the others a number behind it.
    default = [name, *[f"{name}_{index}" for index in range(1, len(tops))]]
    if list(tops) != default[: len(tops)]:
        return _named_tops(tops)
    if len(tops) != number:
        return {"ntop": len(tops)}
    return {}


def _named_tops(tops: Sequence[str]) -> dict[str, Node]:
    if not tops:
        return {"ntop": 0}
    if len(tops) == 1:
        return {"top": Text.of(tops[0])}
    return {"top": Items(tuple(map(Text.of, tops)))}


def _only_phase(layer: Any) -> str:
    """The phase, if the layer includes one phase and says nothing else."""
    if len(layer.include) != 1 or layer.exclude:
        return ""
    (rule,) = layer.include
    written = [field.name for field, _ in rule.ListFields()]
    # ``with net.phase(...)`` cannot say levels or stages.
    if written != ["phase"]:
        return ""
    name: str = proto.Phase.Name(rule.phase)
    # What a fork has besides these two is no phase of ``net.phase(...)``.
    if name not in ("TRAIN", "TEST"):
        return ""
    return name


def _keywords(layer: Any, schema: LayerSchema, *, skip_include: bool) -> Iterator[tuple[str, Node]]:
    """The keyword arguments with which a function of the layer's type gives its fields."""
    known = keywords_of(schema)
    own = {*_OWN}
    if skip_include:
        own.add("include")
    for field, value in layer.ListFields():
        if field.name in own:
            continue
        is_parameters = field.name in schema.params and field.name not in COMMON
        if not is_parameters:
            yield field.name, value_of(field, value)
            continue
        given = value.ListFields()
        rest = []
        for inner, inner_value in given:
            node = value_of(inner, inner_value)
            home = known.get(inner.name)
            # A field such as name is a keyword of the layer itself.
            if inner.name not in _OWN and _is_keyword(home, field.name):
                yield inner.name, node
            else:
                rest.append((inner.name, node))
        # A message without fields is there all the same.
        if rest or not given:
            yield field.name, Fields("dict", tuple(rest))


def _is_keyword(keyword: Keyword | None, message: str) -> bool:
    """Whether a keyword sets a field of this message; others of its type may have one like it."""
    return keyword is not None and keyword.home == message


def _raw_call(layer: Any) -> Call:
    """The fields of a layer as they are."""
    args: dict[str, Node] = {}
    if layer.HasField("name"):
        args["name"] = Text.of(layer.name)
    if layer.HasField("type"):
        args["type"] = Word(layer.type)
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
        shapes = facts.tops if facts is not None else [None] * len(layer.top)
        self.shapes.update(zip(layer.top, shapes))
        return facts is not None

    def _facts(self, call: Call, layer: Any, schema: LayerSchema) -> Facts | None:
        """What inference finds of the layer, or nothing if the call adds another one."""
        # The composer gives every layer a name and a type.
        if not layer.name or not layer.HasField("type"):
            return None
        keywords = _plain_keywords(call)
        # A dict has each name once, but a layer may have two tops with the same name.
        if len(keywords.get("tops", layer.top)) != len(layer.top):
            return None
        if not _fills(call, layer, schema, keywords):
            return None
        phases = phases_of(layer)
        phase = PHASES["TRAIN"] if phases == TRAIN_ONLY else PHASES["TEST"]
        bottoms = tuple(map(self.shapes.get, layer.bottom))
        in_place = _in_place(layer)
        facts = schema.infer(layer, bottoms, len(layer.top), phase, in_place)
        check_param_count(layer, facts)
        self._names.take(layer.name, layer.bottom, layer.top, in_place, phases)
        return facts


def _plain_keywords(call: Call) -> dict[Any, Any]:
    """The keyword arguments of a call as values."""
    keywords = {}
    for key, value in call.args.items():
        if key:
            keywords[key] = plain(value)
    return keywords


def _fills(call: Call, layer: Any, schema: LayerSchema, keywords: dict[str, Any]) -> bool:
    """Whether the keywords give exactly the fields of the layer."""
    fields = {"name": layer.name, "type": layer.type, "bottom": layer.bottom, "top": layer.top}
    fill(fields, schema, keywords)
    if call.phase:
        fields["include"] = [{"phase": call.phase}]
    return _serialized(proto.LayerParameter(**fields)) == _serialized(layer)


def _in_place(layer: Any) -> frozenset[int]:
    """The indices of the tops that are the bottom with the same index."""
    found = set()
    for index, (bottom, top) in enumerate(zip(layer.bottom, layer.top)):
        if bottom == top:
            found.add(index)
    return frozenset(found)


def _serialized(message: Any) -> bytes:
    return bytes(message.SerializePartialToString(deterministic=True))
