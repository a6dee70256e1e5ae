"""The layers that run in one state, and a value for each write of a blob.

A blob's name may be written again and again in place, so a name alone says little. A `Value` is one
write: which layer produces it, and which layers read it. Caffe gives every value with several
readers a Split layer, whose tops have other names; `Graph` keeps the net as written and notes where
that makes a difference.  (source: ``Net::FilterNet``, ``InsertSplits``, ``Net::AppendTop``)
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from protogen import layers as layer_types
from protogen import rules
from protogen.diagnostics import Diagnostic, Severity, did_you_mean
from protogen.edits import Path, parse_path
from protogen.proto import Phase
from protogen.schema import Facts, LayerSchema, registered
from protogen.shapes import Shape

__all__ = [
    "Graph",
    "State",
    "Step",
    "Value",
    "Wiring",
    "build",
    "meant_phases",
    "read_wiring",
    "runs_in",
]

PHASES = {name: Phase.Value(name) for name in ("TRAIN", "TEST")}
_NONE: frozenset[int] = frozenset()
_NO_FACTS = Facts(())

#: For so many unknown bottoms a similar name is looked for; a net with more is not just misspelled.
_HINTS = 20


@dataclass(frozen=True)
class State:
    """What a net is run as: its phase, level and stages."""

    phase: str = "TEST"
    level: int = 0
    stages: Collection[str] = ()

    def __post_init__(self) -> None:
        if self.phase not in PHASES:
            near = did_you_mean(str(self.phase), PHASES) or "expected TRAIN or TEST"
            raise ValueError(f'unknown phase "{self.phase}"; {near}')
        if isinstance(self.stages, str):
            raise ValueError(f'stages must be a list of names, such as ["{self.stages}"]')
        object.__setattr__(self, "stages", tuple(self.stages))

    @property
    def number(self) -> int:
        """The phase as protobuf counts it."""
        return PHASES[self.phase]

    def within(self, net: Any) -> State:
        """This state with the stages of the net's own ``state``, which Caffe adds to those given.

        Caffe overwrites the phase and the level that are written there.
        """
        own = tuple(net.state.stage)
        return replace(self, stages=(*self.stages, *own)) if own else self

    def meets(self, rule: Any) -> bool:
        """Whether the state meets everything that a ``NetStateRule`` asks for."""
        if rule.HasField("phase") and rule.phase != self.number:
            return False
        if rule.HasField("min_level") and self.level < rule.min_level:
            return False
        if rule.HasField("max_level") and self.level > rule.max_level:
            return False
        if any(stage not in self.stages for stage in rule.stage):
            return False
        return not any(stage in self.stages for stage in rule.not_stage)


def runs_in(layer: Any, state: State) -> bool:
    """Whether a layer runs: one ``include`` is met or, if there is none, no ``exclude``.

    Caffe rejects a layer with rules of both kinds in any state, so it is kept here, to be reported.
    """
    if layer.include:
        return bool(layer.exclude) or any(map(state.meets, layer.include))
    return not any(map(state.meets, layer.exclude))


def meant_phases(net: Any, level: int = 0, stages: Collection[str] = ()) -> tuple[str, ...]:
    """The phases a net is meant for: those in which it has data, or that a layer names.

    SSD's files, for instance, train and test with nets of their own. A phase whose data layers all
    ask for further stages is not meant to run without them. A net with no phase of either kind is
    meant for both.
    """
    sources = [layer for layer in net.layer if layer.top and not layer.bottom]
    named = _named_phases(net.layer) - _named_phases(sources)
    meant = []
    for phase, number in PHASES.items():
        state = State(phase, level, stages)
        if number in named or any(runs_in(source, state) for source in sources):
            meant.append(phase)
    return tuple(meant or PHASES)


def _named_phases(layers: Iterable[Any]) -> set[int]:
    """The phases that ``include`` rules name."""
    found = set()
    for layer in layers:
        for rule in layer.include:
            if rule.HasField("phase"):
                found.add(rule.phase)
    return found


class Wiring(NamedTuple):
    """How one layer is wired, as plain Python values: read from its message once, for all states.

    A *plain* layer has none of the `CONDITIONS`. ``parameters`` is what the schema looks its answer
    up by. Composing knows all of this beforehand; that saves half of the walk (34 of 54 ms on 4,000
    layers), since each look at a repeated field of a message makes a Python object.
    """

    bottoms: Sequence[str]
    tops: Sequence[str]
    plain: bool
    schema: LayerSchema | None
    parameters: Hashable


#: Fields with which a layer does not run alike in each state, or needs a check of its own.
CONDITIONS = ("include", "exclude", "loss_weight", "param", "phase", "propagate_down")


def read_wiring(layer: Any) -> Wiring:
    """The wiring of a ``LayerParameter`` message."""
    schema = registered(layer.type) or layer_types.find(layer.type)
    conditional = (
        layer.include
        or layer.exclude
        or layer.loss_weight
        or layer.param
        or layer.propagate_down
        or layer.HasField("phase")
    )
    parameters = None if schema is None else schema.parameters(layer)
    return Wiring(tuple(layer.bottom), tuple(layer.top), not conditional, schema, parameters)


class Value:
    """One write of a blob. ``step`` produces it, as its top number ``top``.

    ``readers`` has a step once for each bottom that reads the value. ``weighed`` is whether the
    value counts in the objective by a ``loss_weight``, which Caffe treats as one more reader.
    ``shape`` is filled in by inference, and ``None`` while the number of axes is unknown.
    """

    __slots__ = ("name", "readers", "shape", "step", "top", "weighed")

    def __init__(self, name: str, step: Step, top: int) -> None:
        self.name = name
        self.step = step
        self.top = top
        self.readers: list[Step] = []
        self.weighed = False
        self.shape: Shape = None

    @property
    def split(self) -> bool:
        """Whether Caffe inserts a Split layer after it."""
        return len(self.readers) + self.weighed > 1


class Step:
    """One layer that runs: its message, its index in the net, what it reads and writes.

    ``in_place`` are the tops that overwrite the bottom of the same position; a bottom that no
    layer produces is ``None``. ``facts`` is filled in by inference; ``schema`` is ``None`` for an
    unknown type.
    """

    __slots__ = ("bottoms", "facts", "faults", "in_place", "index", "layer", "tops", "wiring")

    def __init__(self, layer: Any, index: int, wiring: Wiring) -> None:
        self.layer = layer
        self.index = index
        self.wiring = wiring
        self.bottoms: list[Value | None] = []
        self.tops: list[Value] = []
        self.in_place = _NONE
        self.facts = _NO_FACTS
        self.faults: Sequence[Diagnostic] = ()

    @property
    def name(self) -> str:
        """The layer's name."""
        return str(self.layer.name)

    @property
    def type(self) -> str:
        """The layer's type."""
        return str(self.layer.type)

    @property
    def schema(self) -> LayerSchema | None:
        """What the layer's type declares."""
        return self.wiring.schema

    def path(self, field: str = "") -> Path:
        """The path of the layer, or of a field of it, for an edit."""
        return ("layer", self.index, *parse_path(field))

    @property
    def is_loss(self) -> bool:
        """Whether the layer counts in the objective."""
        weights = self.layer.loss_weight
        if weights:
            return any(weights)
        return self.schema is not None and self.schema.loss

    @property
    def learns(self) -> bool:
        """Whether the layer has blobs that a gradient changes: BatchNorm only keeps statistics."""
        return bool(self.facts.blobs) and self.type != "BatchNorm"

    def finding(self) -> Diagnostic:
        """An empty note about the layer, to ask where it stands."""
        return Diagnostic(Severity.NOTE, "", self.name, "", type=self.type, layer_index=self.index)

    def fault(
        self,
        rule: str,
        message: str,
        *,
        field: str = "",
        hint: str = "",
        severity: Severity | None = None,
    ) -> None:
        """Note why Caffe rejects the net here."""
        found = rules.named(rule).diagnostic(
            message,
            layer=self.layer.name,
            type=self.layer.type,
            layer_index=self.index,
            field=field,
            hint=hint,
            severity=severity,
        )
        self.faults = (*self.faults, found)


@dataclass(slots=True, repr=False)
class Graph:
    """The steps of one state, in the net's order, and the last value of each blob."""

    state: State
    steps: list[Step]
    values: dict[str, Value]

    def outputs(self) -> Iterable[Value]:
        """The values that no layer reads: the net's outputs."""
        return (value for value in self.values.values() if not value.readers)


def build(net: Any, state: State, wirings: Sequence[Wiring] = ()) -> Graph:
    """Wire the layers of a ``NetParameter`` that run in this state; faults are noted in the steps.

    ``wirings`` spares reading the wiring of each layer from its message.
    """
    state = state.within(net)
    graph = Graph(state, [], {})
    rewrites: list[Value] = []
    missing = 0
    for index, layer in enumerate(net.layer):
        wiring = wirings[index] if wirings else read_wiring(layer)
        if not wiring.plain and not runs_in(layer, state):
            continue
        step = Step(layer, index, wiring)
        graph.steps.append(step)
        missing += _read_bottoms(step, graph.values, hints=_HINTS - missing)
        _write_tops(step, graph.values, rewrites)
        if not wiring.plain:
            _note_weights(step, graph.values)
            _check_rules(step)
    # Only now are all readers known, and with them where Caffe inserts Split layers.
    for value in rewrites:
        _check_rewrite(value)
    return graph


def _read_bottoms(step: Step, values: Mapping[str, Value], *, hints: int) -> int:
    """Connect the bottoms, and return how many of them no earlier layer produces.

    The first ``hints`` of those get a hint.
    """
    missing = 0
    for name in step.wiring.bottoms:
        value = values.get(name)
        step.bottoms.append(value)
        if value is not None:
            value.readers.append(step)
        else:
            missing += 1
            step.fault(
                "unknown-bottom",
                f'reads blob "{name}", which no earlier layer produces',
                field=f"bottom[{len(step.bottoms) - 1}]",
                hint=did_you_mean(name, values) if missing <= hints else "",
            )
    return missing


def _write_tops(step: Step, values: dict[str, Value], rewrites: list[Value]) -> None:
    for position, name in enumerate(step.wiring.tops):
        value = Value(name, step, position)
        if name in values:
            rewrites.append(value)
        values[name] = value
        step.tops.append(value)


def _note_weights(step: Step, values: Mapping[str, Value]) -> None:
    """Note which tops count in the objective by a weight of their own."""
    for value, weight in zip(step.tops, step.layer.loss_weight):
        values[value.name].weighed = weight != 0


def _check_rules(step: Step) -> None:
    if step.layer.include and step.layer.exclude:
        step.fault(
            "include-and-exclude",
            "has both include and exclude; Caffe accepts rules of one kind only",
            field="exclude",
        )


def _check_rewrite(value: Value) -> None:
    """Tell overwriting in place from producing a blob twice, as Caffe does after adding Splits."""
    step, position = value.step, value.top
    bottom = step.bottoms[position] if position < len(step.bottoms) else None
    if bottom is not None and bottom.name == value.name and not bottom.split:
        step.in_place |= {position}
    else:
        _fault_rewrite(step, value.name, position)


def _fault_rewrite(step: Step, name: str, position: int) -> None:
    field = f"top[{position}]"
    bottom = next((b for b in step.bottoms if b is not None and b.name == name), None)
    if bottom is None:
        step.fault(
            "duplicate-top",
            f'produces blob "{name}", which an earlier layer produces too',
            field=field,
            hint="give this top a name of its own",
        )
    elif bottom.split:
        step.fault(
            "in-place-after-split",
            f'overwrites "{name}" in place, but {_other_readers(bottom, step)}',
            field=field,
            hint=f'write a new top (say "{step.name}") and let the later layers read it',
        )
    else:
        step.fault(
            "duplicate-top",
            f'writes "{name}" in place as top {position}; in place, a top and its bottom must have'
            " the same position",
            field=field,
        )


def _other_readers(value: Value, step: Step) -> str:
    others = list(dict.fromkeys(f'"{r.name}"' for r in value.readers if r is not step))
    if not others:
        return "it also counts in the objective" if value.weighed else "reads it twice"
    if len(others) == 1:
        return f"layer {others[0]} reads it too"
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    return f"layers {', '.join(others[:3])}{more} read it too"
