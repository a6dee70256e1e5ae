"""A net as a script for pycaffe's NetSpec, which composes the same message in a real pycaffe.

NetSpec names blobs by the attributes that they are assigned to, and layers by their first top. What
it cannot say is done to the message afterwards.
"""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from protogen import proto
from protogen.proto.fields import is_repeated
from protogen.render.program.nodes import Code, Fields, Items, Node, Text
from protogen.render.program.python_text import comment_line, docstring, quoted, value_text, wrapped
from protogen.render.program.values import element_of, value_of
from protogen.render.templates import render
from protogen.text import writer

__all__ = ["netspec_source"]

#: Attributes of a NetSpec that are not blobs.
_TAKEN = {"tops", "to_proto", "keys", "vals", "update"}

#: A type that is an attribute of NetSpec's layers.
_TYPE = re.compile("(?!None$|True$|False$)[A-Z][A-Za-z0-9_]*")

#: Fields of a layer that are arguments of their own.
_OWN = ("name", "type", "bottom", "top")

#: Names that NetSpec takes for fields of the layer, or for its own arguments.
_LAYER_KEYWORDS = ("name", "ntop", "in_place")

#: A constant is worth its line if the settings are longer than its name.
_SHORTEST_CONSTANT = 30


def netspec_source(
    net: proto.NetParameter, comments: Mapping[int, Sequence[str]], title: str
) -> str:
    """The source of the script; its last value of ``net`` is the message."""
    script = _Script(net)
    calls = [script.call(index, layer) for index, layer in enumerate(net.layer)]
    constants = _constants(calls)
    main: list[str] = []
    for index, call in enumerate(calls):
        main += map(comment_line, comments.get(index, ()))
        main += call.lines(constants)
    after = [*_net_lines(net), *script.after]
    body = "\n".join([*main, *after])
    definitions: list[str] = []
    for settings, name in constants.items():
        definitions += _constant(name, settings)
    return render(
        "netspec.py.j2",
        title=docstring(title),
        uses_params="P." in body or any("P." in name for name in constants),
        uses_text_format="text_format." in body,
        constants=definitions,
        main=main,
        after=after,
    )


@dataclass
class _Call:
    """A call of a layer type, and where its tops are assigned to."""

    type: str
    targets: list[str]
    bottoms: list[str]
    arguments: list[tuple[str, Node]] = field(default_factory=list)

    def settings(self) -> tuple[tuple[str, Node], ...]:
        """The arguments that several calls may have in common."""
        found = []
        for name, value in self.arguments:
            if isinstance(value, (Fields, Items)):
                found.append((name, value))
        return tuple(found)

    def lines(self, constants: Mapping[Any, str]) -> Iterator[str]:
        settings = self.settings()
        constant = constants.get(settings)
        pieces = list(self.bottoms)
        splatted = []
        for name, value in self.arguments:
            if constant and (name, value) in settings:
                continue
            # A fork may call a field what is a word of Python: ``lambda``.
            if keyword.iskeyword(name):
                splatted.append((name, value))
            else:
                pieces.append(f"{name}={value_text(value, {})}")
        if constant:
            pieces.append(f"**{constant}")
        if splatted:
            pieces.append(f"**{value_text(Fields('dict', tuple(splatted)), {})}")
        return wrapped(f"{', '.join(self.targets)} = L.{self.type}(", pieces, ")")


class _Script:
    """Knows which keys of the NetSpec are taken, and what must be done afterwards."""

    def __init__(self, net: proto.NetParameter) -> None:
        self.keys: set[str] = set()
        #: The key of each blob.
        self.blobs: dict[str, str] = {}
        #: The lines that change the message in the end.
        self.after: list[str] = []
        # The keys of blobs are theirs, also if an earlier layer has the same name.
        self.reserved: set[str] = set()
        for layer in net.layer:
            self.reserved.update(layer.top)

    def call(self, index: int, layer: Any) -> _Call:
        """The statement that adds a layer."""
        tops = list(layer.top)
        if not self._can_compose(layer):
            return self._as_text(index, layer, tops)
        bottoms = [_item(self.blobs[name]) for name in layer.bottom]
        in_place = bool(tops) and tops == list(layer.bottom)
        has_own_tops = bool(tops) and not in_place
        # NetSpec keeps only layers that are assigned, also if they have no top of their own.
        targets = self._tops(index, tops) if has_own_tops else [self._key(layer.name)]
        call = _Call(layer.type, list(map(_item, targets)), bottoms)
        # By default a layer has the name of its first top.
        if targets[0] != layer.name:
            name = Text.of(layer.name)
            call.arguments.append(("name", name))
        if in_place:
            call.arguments.append(("in_place", True))
        elif len(tops) != 1:
            call.arguments.append(("ntop", len(tops)))
        call.arguments += _arguments(layer)
        return call

    def _can_compose(self, layer: Any) -> bool:
        """Whether a call of NetSpec gives exactly this layer."""
        if not layer.name or _has_empty_message(layer):
            return False
        # The type is written as an attribute of L.
        if not _TYPE.fullmatch(layer.type):
            return False
        # A bottom that no layer produces is no blob of the NetSpec.
        return set(layer.bottom) <= self.blobs.keys()

    def _tops(self, index: int, tops: Sequence[str]) -> list[str]:
        """The keys of new blobs; of a name that is taken, another one, corrected afterwards."""
        targets = []
        for position, top in enumerate(tops):
            # Two layers write the same blob: one for TRAIN and one for TEST.
            if top in self.keys:
                targets.append(self._key(top))
                self.after.append(f"net.layer[{index}].top[{position}] = {quoted(top)}")
            else:
                self.keys.add(top)
                targets.append(top)
            self.blobs.setdefault(top, targets[-1])
        return targets

    def _key(self, name: str) -> str:
        """A key for a layer that has no blob of its own."""
        key, number = name, 2
        while key in self.keys or key in self.reserved or not key:
            key = f"{name}@{number}"
            number += 1
        self.keys.add(key)
        return key

    def _as_text(self, index: int, layer: Any, tops: Sequence[str]) -> _Call:
        """A layer that NetSpec cannot compose: a place for it, and its text afterwards."""
        self.after.append(f"net.layer[{index}].Clear()")
        text = writer.write(layer).strip()
        if text:
            lines = ",\n".join([f"    {quoted(line + ' ')}" for line in text.split("\n")])
            self.after.append(f"text_format.Merge(''.join([\n{lines},\n]), net.layer[{index}])")
        named = []
        for top in tops:
            if top in self.keys:
                named.append(self._key(top))
            else:
                self.keys.add(top)
                named.append(top)
            self.blobs.setdefault(top, named[-1])
        # Any type does, because the layer is cleared; later layers need its tops as bottoms.
        targets = named or [self._key("layer")]
        call = _Call("Silence", [_item(each) for each in targets], [])
        if len(named) != 1:
            call.arguments.append(("ntop", len(named)))
        return call


def _item(key: str) -> str:
    """A blob of the NetSpec: ``n.conv1``, or ``n["conv1/bn"]``."""
    is_name = key.isidentifier() and key.isascii() and not keyword.iskeyword(key)
    # Such an attribute may be one of NetSpec itself.
    is_own = key in _TAKEN or key.startswith("_")
    if is_name and not is_own:
        return f"n.{key}"
    return f"n[{quoted(key)}]"


# Arguments -------------------------------------------------------------------------------------


def _arguments(layer: Any) -> Iterator[tuple[str, Node]]:
    for descriptor, value in layer.ListFields():
        if descriptor.name in _OWN:
            continue
        if _is_flat(layer, descriptor):
            for inner, given in value.ListFields():
                yield inner.name, _netspec_value(inner, given)
        else:
            yield descriptor.name, _netspec_value(descriptor, value)


def _is_flat(layer: Any, descriptor: Any) -> bool:
    """Whether NetSpec takes the fields of the message as keywords, because of its name."""
    message = descriptor.message_type
    if message is None or is_repeated(descriptor):
        return False
    # ``param_name_dict`` of pycaffe knows a type by the name of its message.
    if message.name != f"{layer.type}Parameter":
        return False
    parameters = getattr(layer, descriptor.name)
    for inner, _ in parameters.ListFields():
        # ``param`` of pycaffe looks at the end of a name: what ends in param is a message.
        if inner.name.endswith("param") or inner.name in _LAYER_KEYWORDS:
            return False
    return True


def _netspec_value(descriptor: Any, value: Any) -> Node:
    """A value as NetSpec takes it: lists of elements, dicts of fields, numbers of enums."""
    if not is_repeated(descriptor):
        return _netspec_element(descriptor, value)
    elements = [_netspec_element(descriptor, each) for each in value]
    # A single scalar stands for a list of one.
    is_scalar = descriptor.message_type is None
    if is_scalar and len(elements) == 1:
        return elements[0]
    return Items(tuple(elements))


def _netspec_element(descriptor: Any, value: Any) -> Node:
    if descriptor.message_type is not None:
        fields = []
        for inner, given in value.ListFields():
            fields.append((inner.name, _netspec_value(inner, given)))
        return Fields("dict", tuple(fields))
    if descriptor.enum_type is not None:
        return _enum(descriptor.enum_type, value)
    return element_of(descriptor, value)


def _enum(descriptor: Any, number: int) -> Node:
    """The name of an enum's value as pycaffe has it."""
    known = descriptor.values_by_number.get(number)
    if known is None:
        return number
    # The enums of caffe.proto itself are not in params; pycaffe has the two phases as its own.
    if descriptor.name == "Phase" and known.name in ("TRAIN", "TEST"):
        return Code(f"caffe.{known.name}")
    around = descriptor.containing_type
    if around is not None and around.name.endswith("Parameter"):
        return Code(f"P.{around.name.removesuffix('Parameter')}.{known.name}")
    return number


def _has_empty_message(message: Any) -> bool:
    """Whether a message without fields is set in it, which a dict cannot say."""
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None:
            continue
        elements = [value]
        if is_repeated(descriptor):
            elements = list(value)
        for element in elements:
            is_empty = not element.ListFields()
            if is_empty or _has_empty_message(element):
                return True
    return False


def _constants(calls: Sequence[_Call]) -> dict[Any, str]:
    """Names for the settings that several calls have in common."""
    counts: Counter[Any] = Counter()
    types: dict[Any, str] = {}
    for call in calls:
        settings = call.settings()
        counts[settings] += 1
        types.setdefault(settings, call.type)
    found: dict[Any, str] = {}
    # L and P are what the script imports of caffe.
    taken = {"L", "P"}
    for settings, number in counts.items():
        text = value_text(Fields("dict", settings), {})
        if number == 1 or len(text) <= _SHORTEST_CONSTANT:
            continue
        stem = name = types[settings].upper()
        suffix = 2
        while name in taken:
            name = f"{stem}_{suffix}"
            suffix += 1
        taken.add(name)
        found[settings] = name
    return found


def _constant(name: str, settings: Sequence[tuple[str, Node]]) -> Iterator[str]:
    pieces = [f"{key}={value_text(value, {})}" for key, value in settings]
    return wrapped(f"{name} = dict(", pieces, ")")


def _net_lines(net: proto.NetParameter) -> Iterator[str]:
    """The fields of the net itself."""
    rest = proto.NetParameter()
    for descriptor, value in net.ListFields():
        if descriptor.name == "layer":
            continue
        if descriptor.message_type is None and not is_repeated(descriptor):
            yield f"net.{descriptor.name} = {value_text(value_of(descriptor, value), {})}"
        else:
            # Lists and messages, as ``input`` and ``state``, cannot be assigned.
            getattr(rest, descriptor.name).MergeFrom(value)
    text = " ".join(writer.write(rest).split("\n")).strip()
    if text:
        yield f"text_format.Merge({quoted(text)}, net)"
