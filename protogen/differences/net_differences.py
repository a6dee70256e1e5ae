"""What differs between two nets: their layers, parameters, wiring and shapes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import zip_longest
from typing import Any, Literal

from google.protobuf.message import Message

from protogen import proto
from protogen.analysis import Analysis
from protogen.diagnostics import ProtogenError, did_you_mean
from protogen.differences.matching import ComparedLayer, match
from protogen.differences.normal_form import normal_layer, normal_message
from protogen.editing.produced_blobs import given_shapes
from protogen.edits import Edit, format_path
from protogen.graph import State, Step, Value, runs_in
from protogen.inference import Inputs
from protogen.net import Net
from protogen.proto.fields import has_field
from protogen.rules.text import reading_errors
from protogen.shapes import Shape, format_shape, is_known
from protogen.text.differences import differences, longest_increasing

__all__ = ["IGNORABLE", "Difference", "Kind", "NetDifferences", "diff", "present"]

#: What `diff` can ignore.
IGNORABLE = ("training",)

#: The kinds of differences. The last two follow from the others.
Kind = Literal[
    "net", "removed", "added", "renamed", "moved", "type", "parameter", "blob", "rewired",
    "learnable", "shape",
]  # fmt: skip

#: The kinds that are computed from the rest: they alone do not make two nets different.
_CONSEQUENCES = ("learnable", "shape")

#: The differences of each layer, by its index. The key of one is the difference without a phase.
_ByLayer = dict[int, dict["Difference", "Difference"]]


@dataclass(frozen=True)
class Difference:
    """One difference. ``layer`` is its name in the first net, or in the second one if it is new.

    ``path`` is that of a parameter, as in ``convolution_param.pad``, the position of a
    ``bottom`` or ``top``, or the name of a learnable blob. ``old`` and ``new`` are texts; an absent
    one is empty. ``old_index`` and ``new_index`` are the layer's indices in the current format.
    """

    kind: Kind
    layer: str
    type: str
    old: str = ""
    new: str = ""
    path: str = ""
    phase: str = ""
    old_index: int | None = field(default=None, compare=False)
    new_index: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class NetDifferences:
    """The differences between two nets, in the order of their layers.

    ``pairs`` are the indices of the layers that both nets have. Layers that `diff` ignores are not
    in them.
    """

    differences: list[Difference]
    pairs: list[tuple[int, int]]

    @property
    def same(self) -> bool:
        """Whether both files mean the same net."""
        return not self._causes()

    def _causes(self) -> list[Difference]:
        """The differences from which the others follow."""
        return [each for each in self.differences if each.kind not in _CONSEQUENCES]

    @cached_property
    def counts(self) -> Counter[Kind]:
        """The number of differences of each kind; for layers with several, each layer once."""
        layers = {
            (each.kind, each.layer, each.old_index, each.new_index) for each in self.differences
        }
        return Counter(kind for kind, *_ in layers)

    @property
    def equal_layers(self) -> int:
        """The number of layers of which nothing differs, except shapes."""
        changed = {each.old_index for each in self._causes()}
        return len(dict(self.pairs).keys() - changed)

    def of_kind(self, *kinds: Kind) -> list[Difference]:
        """The differences of these kinds."""
        return [each for each in self.differences if each.kind in kinds]


def diff(
    old: Net, new: Net, *, ignore: Collection[str] = (), inputs: Inputs | None = None
) -> NetDifferences:
    """Compare two nets by meaning: formats, spellings and explicit defaults do not matter.

    With ``ignore=("training",)`` neither do learning rates, fillers, phases, engines, the weights
    of losses, the batch, and layers that run in TRAIN only. ``inputs`` are shapes of data whose
    source is unavailable, in both nets. Raises `ProtogenError` for a text that could not be read
    completely.
    """
    _check_ignorable(ignore)
    # What a reader has skipped would look like a layer that was removed.
    for net in (old, new):
        errors = reading_errors(net.current.findings)
        if errors:
            raise ProtogenError(errors)
    without_training = "training" in ignore
    return _Comparison(old, new, without_training, inputs or {}).result()


def _check_ignorable(ignore: Collection[str]) -> None:
    """Raise `ValueError` for what `diff` cannot ignore."""
    for each in ignore:
        if each not in IGNORABLE:
            expected = f"expected {', '.join(IGNORABLE)}"
            near = did_you_mean(each, IGNORABLE)
            raise ValueError(f'cannot ignore "{each}"; {near or expected}')


class _Comparison:
    """Collects the differences of two nets."""

    def __init__(self, old: Net, new: Net, without_training: bool, inputs: Inputs) -> None:
        self.inputs = inputs
        self.without_training = without_training
        self.nets = (old, new)
        self.old = self._layers(old)
        self.new = self._layers(new)
        self.pairs = match(self.old, self.new)
        self.indices = [(self.old[a].index, self.new[b].index) for a, b in self.pairs]

    def result(self) -> NetDifferences:
        moved = self._moved()
        partners = dict(self.pairs)
        rewired, shapes = self._by_phase()
        found = list(self._net_fields())
        added = self._added()
        for position, layer in enumerate(self.old):
            other = partners.get(position)
            if other is None:
                found.append(_whole("removed", layer))
                continue
            # An added layer comes right before the one that follows it in the new net.
            found += _up_to(added, self.new[other].index)
            found += self._pair(layer, self.new[other], moved=position in moved)
            found += rewired[layer.index].values()
            found += shapes[layer.index].values()
        return NetDifferences([*found, *added], self.indices)

    def _layers(self, net: Net) -> list[ComparedLayer]:
        """The layers to compare: without training, those that run in TEST."""
        found = []
        for index, layer in enumerate(net.current.message.layer):
            if self.without_training and not _runs_in_test(layer):
                continue
            normal = normal_layer(layer, without_training=self.without_training)
            found.append(ComparedLayer(index, layer, normal))
        return found

    # Layers ----------------------------------------------------------------------------------

    def _net_fields(self) -> Iterator[Difference]:
        before, after = map(_net_message, self.nets)
        for path, old, new in _changes(before, after):
            yield Difference("net", "", "", old, new, path)

    def _moved(self) -> set[int]:
        """The positions of the layers that are not in the order of the new net."""
        # The fewest layers that have to move, so that one layer at another place is one difference.
        kept = longest_increasing(self.pairs)
        return dict(self.pairs).keys() - dict(kept).keys()

    def _added(self) -> list[Difference]:
        known = {b for _, b in self.pairs}
        found = []
        for position, layer in enumerate(self.new):
            if position not in known:
                found.append(_whole("added", layer))
        return found

    def _pair(self, old: ComparedLayer, new: ComparedLayer, *, moved: bool) -> Iterator[Difference]:
        def found(kind: Kind, before: str = "", after: str = "", path: str = "") -> Difference:
            return Difference(
                kind, old.layer.name, old.layer.type, before, after, path,
                old_index=old.index, new_index=new.index,
            )  # fmt: skip

        if old.layer.name != new.layer.name:
            yield found("renamed", old.layer.name, new.layer.name)
        if moved:
            yield found("moved")
        same_type = old.layer.type == new.layer.type
        if not same_type:
            yield found("type", old.layer.type, new.layer.type)
        for path, before, after in _changes(old.normal, new.normal):
            # Another type has other parameters, so these say nothing.
            if same_type or not _is_of_type(path):
                yield found("parameter", before, after, path)
        for path, before, after in _renamed_tops(old.layer, new.layer):
            yield found("blob", before, after, path)

    # Wiring and shapes -----------------------------------------------------------------------

    def _by_phase(self) -> tuple[_ByLayer, _ByLayer]:
        """The differences of wiring and of shapes, by the index of the layer in the old net."""
        rewired: _ByLayer = defaultdict(dict)
        shapes: _ByLayer = defaultdict(dict)
        phases = ("TEST",) if self.without_training else ("TRAIN", "TEST")
        for phase in phases:
            before, after = (self._analysis(net, phase) for net in self.nets)
            wires = _Wires(before, after, self.indices)
            for old, new in wires.steps():
                _extend(rewired[old.index], wires.rewired(old, new))
                _extend(shapes[old.index], self._shapes(old, new, phase))
        return rewired, shapes

    def _analysis(self, net: Net, phase: str) -> Analysis:
        return net.analysis(State(phase), present(self.inputs, net))

    def _shapes(self, old: Step, new: Step, phase: str) -> Iterator[Difference]:
        for top, other in zip(old.tops, new.tops):
            if self._differ(top.shape, other.shape):
                texts = format_shape(top.shape), format_shape(other.shape)
                yield _step(old, new, "shape", *texts, top.name, phase)
        blobs, others = old.facts.blobs, new.facts.blobs
        for blob, other_blob in zip(blobs, others):
            if _are_different(blob.shape, other_blob.shape):
                texts = format_shape(blob.shape), format_shape(other_blob.shape)
                yield _step(old, new, "learnable", *texts, blob.name, phase)
        # Facts also have no blobs if Caffe rejects the layer, or its bottoms are unknown.
        if len(blobs) != len(others) and _are_known(old, new):
            yield _step(old, new, "learnable", str(len(blobs)), str(len(others)), "count", phase)

    def _differ(self, old: Shape, new: Shape) -> bool:
        """Whether two shapes differ; without training, the batch does not matter."""
        if not self.without_training or not old or not new:
            return _are_different(old, new)
        # A blob with one axis has no batch, or nothing else.
        if len(old) == len(new) > 1:
            return _are_different(old[1:], new[1:])
        return _are_different(old, new)


def _are_different(old: Shape, new: Shape) -> bool:
    """Whether two shapes certainly differ: an unknown one may be equal to any."""
    return is_known(old) and is_known(new) and old != new


def _is_of_type(path: str) -> bool:
    """Whether a path is of the type of a layer, or of the parameters that only its type has."""
    first = path.partition(".")[0]
    return path == "type" or first.endswith("_param")


def _up_to(added: list[Difference], index: int) -> list[Difference]:
    """Take the added layers before this one from the list."""
    found = []
    while added and (added[0].new_index or 0) < index:
        found.append(added.pop(0))
    return found


def _extend(known: dict[Difference, Difference], more: Iterator[Difference]) -> None:
    """Add differences; one that is the same in both phases is added once, without its phase."""
    for each in more:
        in_any_phase = replace(each, phase="")
        is_in_both = in_any_phase in known
        known[in_any_phase] = in_any_phase if is_in_both else each


def _step(
    old: Step, new: Step, kind: Kind, before: str, after: str, path: str, phase: str = ""
) -> Difference:
    return Difference(kind, old.name, old.type, before, after, path, phase, old.index, new.index)


def _are_known(*steps: Step) -> bool:
    """Whether it is known what these layers learn."""
    # If the number of multiplications is unknown, so is the number of weights.
    return all(step.facts.macs is not None and not step.faults for step in steps)


class _Wires:
    """Which values of one phase of two nets are the same."""

    def __init__(self, old: Analysis, new: Analysis, pairs: Sequence[tuple[int, int]]) -> None:
        self._old = {step.index: step for step in old.steps}
        self._new = {step.index: step for step in new.steps}
        self._pairs = pairs
        self._partner = dict(pairs)
        self._partners = set(self._partner.values())

    def steps(self) -> Iterator[tuple[Step, Step]]:
        """The layers that both nets run."""
        for old, new in self._pairs:
            if old in self._old and new in self._new:
                yield self._old[old], self._new[new]

    def rewired(self, old: Step, new: Step) -> Iterator[Difference]:
        """The bottoms that come from different layers."""
        for position in range(max(len(old.bottoms), len(new.bottoms))):
            before = _name_at(old, position)
            after = _name_at(new, position)
            if not before or not after:
                yield _step(old, new, "rewired", before, after, f"bottom[{position}]")
                continue
            was = self._source(old.bottoms[position], self._partner)
            now = self._source(new.bottoms[position], self._partners)
            # A blob with another name is the same one if the same layer produces it.
            if not self._same(was, now, before == after):
                yield _step(
                    old, new, "rewired", _described(was, before), _described(now, after),
                    f"bottom[{position}]",
                )  # fmt: skip

    def _source(self, value: Value | None, kept: Collection[int]) -> Value | None:
        """The value, or what it is computed from by layers that only one of the nets has."""
        while value is not None and value.step.index not in kept:
            bottoms = value.step.bottoms
            # An added ReLU in place does not rewire the later layers that read its blob.
            if value.top in value.step.in_place:
                value = bottoms[value.top]
            elif len(bottoms) == 1:
                value = bottoms[0]
            else:
                break
        return value

    def _same(self, old: Value | None, new: Value | None, same_name: bool) -> bool:
        """Whether two values, as found by `_source`, are the same."""
        # Data layers of different types need not be partners.
        if same_name and _is_data(old) and _is_data(new):
            return True
        if old is None or new is None:
            return False
        partner = self._partner.get(old.step.index)
        if partner is not None:
            return (partner, old.top) == (new.step.index, new.top)
        if new.step.index in self._partners:
            return False
        # Neither net has the layer of the other: then only the names are left to compare.
        return old.name == new.name


def _is_data(value: Value | None) -> bool:
    """Whether no layer computes the value: it is data, or nothing produces it in this phase."""
    return value is None or not value.step.bottoms


def _name_at(step: Step, position: int) -> str:
    names = step.wiring.bottoms
    return names[position] if position < len(names) else ""


def _described(value: Value | None, name: str) -> str:
    """A blob, with the layer that produces it if that is called otherwise."""
    if value is None or value.step.name == name:
        return name
    return f"{name} of {value.step.name}"


def _renamed_tops(old: Any, new: Any) -> Iterator[tuple[str, str, str]]:
    """The tops with new names, unless a layer and its top have been renamed alike."""
    renamed_alike = (old.name, new.name)
    tops = zip_longest(old.top, new.top, fillvalue="")
    for position, (before, after) in enumerate(tops):
        # A layer in place writes what an earlier layer has named.
        if before in old.bottom and after in new.bottom:
            continue
        if before != after and (before, after) != renamed_alike:
            yield f"top[{position}]", before, after


def _whole(kind: Kind, each: ComparedLayer) -> Difference:
    """A layer that only one of the nets has."""
    found = Difference(kind, each.layer.name, each.layer.type)
    if kind == "removed":
        return replace(found, old_index=each.index)
    return replace(found, new_index=each.index)


def _net_message(net: Net) -> Any:
    """What a net says apart from its layers, in normal form."""
    message = net.current.message
    found = type(message)()
    # Inputs are compared as the layers that they become, and the other fields are lists of layers.
    for name in ("name", "force_backward", "debug_info"):
        if has_field(message, name):
            setattr(found, name, getattr(message, name))
    if message.HasField("state"):
        found.state.CopyFrom(message.state)
    return normal_message(found)


def _runs_in_test(layer: proto.LayerParameter) -> bool:
    return runs_in(layer, State("TEST", stages=_stages(layer)))


def _stages(layer: proto.LayerParameter) -> tuple[str, ...]:
    """The stages that a layer asks for, so that only its phase decides whether it runs."""
    found: list[str] = []
    for rule in layer.include:
        found += rule.stage
    return tuple(found)


def present(inputs: Inputs, net: Net) -> Inputs:
    """The given shapes of blobs that a net has; the others are for the other net."""
    return given_shapes(inputs, net.current.message)


# Messages --------------------------------------------------------------------------------------


def _changes(old: Any, new: Any) -> Iterator[tuple[str, str, str]]:
    """The path of each field that differs, with both values as text."""
    for edit in differences(old, new):
        yield format_path(edit.path), _text_at(old, edit), _new_text(new, edit)


def _text_at(message: Any, edit: Edit) -> str:
    """The value that an edit changes, as text; an absent one is empty."""
    if edit.action == "insert":
        return ""
    value: Any = message
    for step in edit.path:
        if isinstance(step, int):
            if step >= len(value):
                return ""
            value = value[step]
            continue
        # ListFields has what is written; reading an absent field gives its default.
        written = {descriptor.name: each for descriptor, each in value.ListFields()}
        if step not in written:
            return ""
        value = _named(value.DESCRIPTOR.fields_by_name[step], written[step])
    return _as_text(value)


def _new_text(new: Any, edit: Edit) -> str:
    if edit.action == "delete":
        return ""
    return _as_text(_named(_field_of(new.DESCRIPTOR, edit), edit.value))


def _field_of(descriptor: Any, edit: Edit) -> Any:
    """The field that an edit of a message changes."""
    found = None
    for step in edit.path:
        if not isinstance(step, int):
            found = descriptor.fields_by_name[step]
            descriptor = found.message_type
    return found


def _named(descriptor: Any, value: Any) -> Any:
    """The name of an enum value; another value as it is."""
    if descriptor is None or descriptor.enum_type is None:
        return value
    # A repeated field of enums has a list here.
    if not isinstance(value, int):
        return value
    name = descriptor.enum_type.values_by_number[value].name
    return _Word(name)


class _Word(str):
    """A text that is shown without quotes."""

    __slots__ = ()


def _bool_text(value: bool) -> str:
    return "true" if value else "false"


#: How a value is written, by its type.
_WRITERS: Mapping[type, Callable[[Any], str]] = {
    _Word: str,
    bool: _bool_text,
    bytes: repr,
    # Fields are float32: more digits would show 0.1 as 0.10000000149.
    float: "{:.7g}".format,
    int: str,
    str: '"{}"'.format,
}


def _as_text(value: Any) -> str:
    if isinstance(value, Message):
        return "{ " + " ".join(_field_texts(value)) + " }"
    write = _WRITERS.get(type(value))
    if write is not None:
        return write(value)
    # What is left is the list of a repeated field.
    return "[" + ", ".join(map(_as_text, value)) + "]"


def _field_texts(message: Any) -> Iterator[str]:
    for descriptor, value in message.ListFields():
        if isinstance(value, Message):
            yield f"{descriptor.name} {_as_text(value)}"
        else:
            yield f"{descriptor.name}: {_as_text(_named(descriptor, value))}"
