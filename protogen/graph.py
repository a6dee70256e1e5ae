"""The layers that run in one state, and a value for each write of a blob.

Layers may overwrite a blob in place any number of times, so its name alone is ambiguous. A `Value`
is one write: which layer produces it, and which layers read it. After every value with several
readers Caffe inserts a Split layer, whose tops have other names. `Graph` keeps the net as written,
and notes where the Split layers make a difference.
(source: ``Net::FilterNet``, ``InsertSplits``, ``Net::AppendTop``)
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from protogen import layers as layer_types
from protogen import proto, rules
from protogen.diagnostics import Diagnostic, Severity, did_you_mean
from protogen.edits import Path, parse_path
from protogen.forks import common_forks
from protogen.schema import Facts, LayerSchema, registered
from protogen.shapes import Shape

__all__ = [
    "PHASES",
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

#: The phases of BVLC Caffe with their numbers; forks have further ones, which run no net of ours.
PHASES = {name: proto.Phase.Value(name) for name in ("TRAIN", "TEST")}

# What a new step starts with. Both are immutable, so that all steps can share them.
_NONE: frozenset[int] = frozenset()
_FIRST: frozenset[int] = frozenset({0})
_NO_FACTS = Facts(())

#: How many unknown bottoms get a hint with a similar name. The search compares all names, and a net
#: with more unknown bottoms has another problem than misspelled names.
_HINTS = 20

#: How many of the other readers of a blob a message names.
_LISTED_READERS = 3


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
        # A string is a collection of its letters, which would be stages that no rule asks for.
        if isinstance(self.stages, str):
            raise ValueError(f'stages must be a list of names, such as ["{self.stages}"]')
        # A tuple, because a state is part of the key of a net's analyses.
        object.__setattr__(self, "stages", tuple(self.stages))

    @property
    def number(self) -> int:
        """The phase as a value of the enum ``Phase``."""
        return PHASES[self.phase]

    def within(self, net: proto.NetParameter) -> State:
        """This state with the stages of the net's own ``state``, which Caffe adds to those given.

        Caffe overwrites the phase and the level that are written there.
        (source: the constructor of ``Net`` for a file)
        """
        own = tuple(net.state.stage)
        if not own:
            return self
        return replace(self, stages=(*self.stages, *own))

    def meets(self, rule: proto.NetStateRule) -> bool:
        """Whether the state meets everything that a rule asks for.

        (source: ``Net::StateMeetsRule``)
        """
        if rule.HasField("phase") and rule.phase != self.number:
            return False
        if rule.HasField("min_level") and self.level < rule.min_level:
            return False
        if rule.HasField("max_level") and self.level > rule.max_level:
            return False
        # The state needs all stages of the rule, and none of the stages that the rule excludes.
        stages = set(self.stages)
        return stages.issuperset(rule.stage) and stages.isdisjoint(rule.not_stage)


def runs_in(layer: proto.LayerParameter, state: State) -> bool:
    """Whether a layer runs: one ``include`` is met or, if there is none, no ``exclude``.

    (source: ``Net::FilterNet``)
    """
    if not layer.include:
        is_excluded = any(map(state.meets, layer.exclude))
        return not is_excluded
    # Caffe rejects a layer with rules of both kinds in any state. It runs here, to be reported.
    if layer.exclude:
        return True
    return any(map(state.meets, layer.include))


def meant_phases(
    net: proto.NetParameter, level: int = 0, stages: Collection[str] = ()
) -> tuple[str, ...]:
    """The phases that a net is intended for: those in which it has data, or that a layer names.

    SSD, for example, has a file for training and another one for testing. A phase in which all data
    layers require other stages is not intended. If this leaves no phase, both are.
    """
    sources = [layer for layer in net.layer if layer.top and not layer.bottom]
    # A data layer names its phase to say where it runs, which `runs_in` answers with the stages. A
    # phase that any other layer names is intended even if it has no data, which is then a fault.
    named = _included_phases(net.layer) - _included_phases(sources)
    found = []
    for phase, number in PHASES.items():
        state = State(phase, level, stages)
        has_data = any(runs_in(source, state) for source in sources)
        if has_data or number in named:
            found.append(phase)
    return tuple(found or PHASES)


def _included_phases(layers: Iterable[proto.LayerParameter]) -> set[int]:
    """The phases that ``include`` rules name."""
    found: set[int] = set()
    for layer in layers:
        for rule in layer.include:
            # The default of the field is TRAIN, which a rule about a stage does not ask for.
            if rule.HasField("phase"):
                found.add(rule.phase)
    return found


class Wiring:
    """How one layer is wired, as Python values: read from its message once, for all states.

    A *plain* layer has none of the `CONDITIONS`. By ``parameters`` the schema looks up its answer.
    """

    # Composing knows all of this in advance. That saves 34 of the 54 ms that the walk through 4,000
    # layers takes, because reading a repeated field of a message creates a Python object each time.
    # Not a NamedTuple, whose fields take ten times as long to read as these.
    __slots__ = ("bottoms", "parameters", "plain", "schema", "tops")

    def __init__(
        self,
        bottoms: Sequence[str],
        tops: Sequence[str],
        plain: bool,
        schema: LayerSchema | None,
        parameters: Hashable,
    ) -> None:
        self.bottoms = bottoms
        self.tops = tops
        self.plain = plain
        self.schema = schema
        self.parameters = parameters


#: With any of these fields a layer differs between states, or needs a check of its own.
CONDITIONS = ("include", "exclude", "loss_weight", "param", "phase", "propagate_down")


def read_wiring(layer: proto.LayerParameter) -> Wiring:
    """The wiring of a layer."""
    # A type that is in use is registered; `find` looks for a module with its name.
    schema = registered(layer.type) or layer_types.find(layer.type) or layer_types.of_user(layer)
    # The `CONDITIONS`, spelled out because this runs for each layer of a net that is read.
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
    """One write of a blob. ``step`` produces it, as its top with the index ``top``.

    ``readers`` has a step once for each bottom that reads the value. ``weighed`` is whether the
    value counts in the objective because of a ``loss_weight``. Inference fills in ``shape``, which
    is ``None`` if the number of axes is unknown.
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
        # InsertSplits counts a nonzero loss_weight as one more reader.
        return len(self.readers) + self.weighed > 1


class Step:
    """One layer that runs: its message, its index in the net, what it reads and writes.

    ``in_place`` has the indices of the tops that overwrite the bottom with the same index. A bottom
    that no layer produces is ``None``. Inference fills in ``facts``. ``schema`` is ``None`` for an
    unknown type.
    """

    __slots__ = ("bottoms", "facts", "faults", "in_place", "index", "layer", "tops", "wiring")

    def __init__(self, layer: proto.LayerParameter, index: int, wiring: Wiring) -> None:
        self.layer = layer
        self.index = index
        self.wiring = wiring
        self.bottoms: list[Value | None] = []
        self.tops: list[Value] = []
        self.in_place = _NONE
        self.facts = _NO_FACTS
        self.faults: tuple[Diagnostic, ...] = ()

    @property
    def name(self) -> str:
        """The layer's name."""
        return str(self.layer.name)

    @property
    def type(self) -> str:
        """The layer's type."""
        return str(self.layer.type)

    @property
    def bottom_shapes(self) -> list[Shape]:
        """The shapes of the bottoms; that of a bottom that no layer produces is unknown."""
        return [None if value is None else value.shape for value in self.bottoms]

    @property
    def produced_bottoms(self) -> list[Value]:
        """The bottoms, without those that no layer produces."""
        return [value for value in self.bottoms if value is not None]

    @property
    def schema(self) -> LayerSchema | None:
        """What the layer's type declares."""
        return self.wiring.schema

    @property
    def is_elementwise(self) -> bool:
        """Whether the first top has an element for each element of a bottom, in the same place."""
        return self.schema is not None and self.schema.elementwise

    def path(self, field: str = "") -> Path:
        """The path of the layer, or of a field of it, for an edit."""
        return ("layer", self.index, *parse_path(field))

    @property
    def is_source(self) -> bool:
        """Whether the layer brings data into the net, such as an Input or a Data layer."""
        return not self.wiring.bottoms and self.type != "Parameter"

    @property
    def is_loss(self) -> bool:
        """Whether the layer counts in the objective."""
        weights = self.layer.loss_weight
        if weights:
            return any(weights)
        if self.schema is None:
            return False
        # LossLayer::LayerSetUp adds a loss_weight of 1 if none is written.
        return self.schema.loss

    @property
    def learns(self) -> bool:
        """Whether the layer has blobs that a gradient changes."""
        return not all(blob.is_statistic for blob in self.facts.blobs)

    def finding(self) -> Diagnostic:
        """An empty note about the layer, for which `Net.place` finds the location."""
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
        """Record why Caffe rejects the net here."""
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

    def inputs(self) -> Iterator[Value]:
        """The values that no layer computes, except learnable ones: the net's inputs."""
        for step in self.steps:
            if step.is_source:
                yield from step.tops

    def outputs(self) -> Iterable[Value]:
        """The values that no layer reads: the net's outputs."""
        return (value for value in self.values.values() if not value.readers)


def build(
    net: proto.NetParameter,
    state: State,
    wirings: Sequence[Wiring] = (),
    *,
    with_hints: bool = True,
) -> Graph:
    """Connect the layers of a net that run in this state, and record faults in the steps.

    ``wirings`` are those of all layers, if the caller has them already. ``with_hints`` is whether
    the faults are for people: to look for similar names takes as long as all else in a long net.
    """
    state = state.within(net)
    graph = Graph(state, [], {})
    steps, values = graph.steps, graph.values
    rewrites: list[Value] = []
    hints = _HINTS if with_hints else 0
    for index, layer in enumerate(net.layer):
        wiring = wirings[index] if wirings else read_wiring(layer)
        # A plain layer runs in every state.
        if not wiring.plain and not runs_in(layer, state):
            continue
        step = Step(layer, index, wiring)
        steps.append(step)
        if not _connect(step, values, rewrites):
            hints -= _fault_bottoms(step, values, hints)
        if not wiring.plain:
            _note_weights(step, values)
            _check_rules(step)
    _choose_variants(steps)
    # Whether a write is in place depends on the Split layers, and those on readers that come later.
    for value in rewrites:
        _check_rewrite(value)
    return graph


def _connect(step: Step, values: dict[str, Value], rewrites: list[Value]) -> bool:
    """Connect a layer's bottoms and tops; return whether a layer produces each bottom.

    (source: ``Net::AppendBottom``, ``Net::AppendTop``)
    """
    # One function without calls, because it takes a third of the time of inference.
    is_complete = True
    for name in step.wiring.bottoms:
        bottom = values.get(name)
        step.bottoms.append(bottom)
        if bottom is None:
            is_complete = False
        else:
            bottom.readers.append(step)
    # After the bottoms: a layer in place reads the value that it overwrites.
    for name in step.wiring.tops:
        top = Value(name, step, len(step.tops))
        step.tops.append(top)
        if name in values:
            rewrites.append(top)
        values[name] = top
    return is_complete


def _choose_variants(steps: Sequence[Step]) -> None:
    """Give layers the schema of a fork, if only this fork has all layer types of the net."""
    schemas = {step.wiring.schema for step in steps if step.wiring.schema is not None}
    with_variants = {schema for schema in schemas if schema.variants}
    if not with_variants:
        return
    # A type without forks is one of BVLC Caffe's own, which all forks have.
    forks = common_forks(schema.forks for schema in schemas if schema.forks)
    if len(forks) != 1:
        return
    for step in steps:
        own = step.wiring
        if own.schema not in with_variants:
            continue
        variant = own.schema.variants.get(forks[0])
        if variant is not None:
            parameters = variant.parameters(step.layer)
            step.wiring = Wiring(own.bottoms, own.tops, own.plain, variant, parameters)


def _fault_bottoms(step: Step, values: Mapping[str, Value], hints: int) -> int:
    """Report the bottoms that no earlier layer produces; return how many there are.

    The first ``hints`` of those get a hint.
    """
    missing = 0
    for position, name in enumerate(step.wiring.bottoms):
        if step.bottoms[position] is not None:
            continue
        # Caffe aborts at the first one. Here the layer's shape stays unknown, and all others
        # are still checked.
        missing += 1
        hint = ""
        if missing <= hints:
            hint = did_you_mean(name, values)
        step.fault(
            "unknown-bottom",
            f'reads blob "{name}", which no earlier layer produces',
            field=f"bottom[{position}]",
            hint=hint,
        )
    return missing


def _note_weights(step: Step, values: Mapping[str, Value]) -> None:
    """Record which tops count in the objective because of a ``loss_weight``."""
    # By name, as in InsertSplits: if a layer has two tops with one name, it is the last one.
    for value, weight in zip(step.tops, step.layer.loss_weight):
        values[value.name].weighed = weight != 0


def _check_rules(step: Step) -> None:
    """Report a layer with rules of both kinds.  (source: ``Net::FilterNet``)"""
    if step.layer.include and step.layer.exclude:
        step.fault(
            "include-and-exclude",
            "has both include and exclude; Caffe accepts rules of one kind only",
            field="exclude",
        )


def _check_rewrite(value: Value) -> None:
    """Decide whether a blob is overwritten in place or produced twice.

    Caffe compares the names of the bottom and the top with the same index, after it has inserted
    Split layers, which rename the bottom.  (source: ``Net::AppendTop``)
    """
    step, position = value.step, value.top
    bottom = step.bottoms[position] if position < len(step.bottoms) else None
    if bottom is not None and bottom.name == value.name and not bottom.split:
        # A layer with one top, as nearly all are in place, shares its set with all others.
        step.in_place = _FIRST if len(step.tops) == 1 else step.in_place | {position}
    else:
        _fault_rewrite(step, value.name, position)


def _fault_rewrite(step: Step, name: str, position: int) -> None:
    """Report a blob that is produced twice. Caffe has one message for all three causes."""
    field = f"top[{position}]"
    bottom = _bottom_named(step, name)
    if bottom is None:
        step.fault(
            "duplicate-top",
            f'produces blob "{name}", which an earlier layer produces too',
            field=field,
            hint="give this top its own name",
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


def _bottom_named(step: Step, name: str) -> Value | None:
    """The first bottom with this name."""
    for bottom in step.produced_bottoms:
        if bottom.name == name:
            return bottom
    return None


def _other_readers(value: Value, step: Step) -> str:
    """Why Caffe splits a value that ``step`` overwrites, as the end of a sentence."""
    by_name: dict[str, Step] = {}
    for reader in value.readers:
        # A layer may read it more than once; its name is listed once, in the order of the net.
        if reader is not step:
            by_name[f'"{reader.name}"'] = reader
    names = list(by_name)
    if len(names) == 1:
        return f"layer {names[0]} reads it too"
    if names:
        listed = ", ".join(names[:_LISTED_READERS])
        if len(names) > _LISTED_READERS:
            listed += f" and {len(names) - _LISTED_READERS} more"
        return f"layers {listed} read it too"
    # A nonzero loss_weight counts as a reader, and so does each of the layer's own bottoms.
    if value.weighed:
        return "it also counts in the objective"
    return "reads it twice"
