"""The layers that run in one phase, and a value for each write of a blob.

A blob's name may be written again and again in place, so a name alone says little. A `Value` is one
write: who made it, who reads it. Caffe gives every value with several readers a Split layer, whose
tops have other names; `Graph` keeps the net as written and notes where that makes a difference.
(source: ``Net::FilterNet``, ``InsertSplits``, ``Net::AppendTop``)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from protogen.compose.made import Made
from protogen.diagnostics import RULES, Diagnostic, Severity, did_you_mean
from protogen.schema import LayerSchema
from protogen.shapes import Shape

__all__ = ["Graph", "State", "Step", "Value", "build", "meant_phases", "runs_in"]

_PHASES = {"TRAIN": 0, "TEST": 1}
_NONE: frozenset[int] = frozenset()

#: So many unknown bottoms are looked for among all the blobs; what has more is not just misspelt.
_HINTS = 20


@dataclass(frozen=True)
class State:
    """What a net is run as: its phase, level and stages."""

    phase: str = "TEST"
    level: int = 0
    stages: Collection[str] = ()

    def __post_init__(self) -> None:
        if self.phase not in _PHASES:
            near = did_you_mean(str(self.phase), _PHASES) or "it is TRAIN or TEST"
            raise ValueError(f'phase "{self.phase}" is not known; {near}')
        if isinstance(self.stages, str):
            raise ValueError(f'stages are a list of names: ["{self.stages}"]')
        object.__setattr__(self, "stages", tuple(self.stages))

    @property
    def number(self) -> int:
        """The phase as protobuf counts it."""
        return _PHASES[self.phase]

    def within(self, net: Any) -> State:
        """This state with the stages of the net's own ``state``, which Caffe adds to those given.

        The phase and the level that stand there count for nothing.
        """
        own = tuple(net.state.stage)
        return replace(self, stages=(*self.stages, *own)) if own else self

    def meets(self, rule: Any) -> bool:
        """Whether a ``NetStateRule`` is met: everything it says, all its stages, none it bars."""
        if rule.HasField("phase") and rule.phase != self.number:
            return False
        if rule.HasField("min_level") and self.level < rule.min_level:
            return False
        if rule.HasField("max_level") and self.level > rule.max_level:
            return False
        return all(stage in self.stages for stage in rule.stage) and not any(
            stage in self.stages for stage in rule.not_stage
        )


def runs_in(layer: Any, state: State) -> bool:
    """Whether a layer runs: one ``include`` is met or, if there is none, no ``exclude``.

    One with rules of both kinds is refused by Caffe, in any state, and so is there to be refused.
    """
    if layer.include:
        return bool(layer.exclude) or any(map(state.meets, layer.include))
    return not any(map(state.meets, layer.exclude))


def meant_phases(net: Any, level: int = 0, stages: Collection[str] = ()) -> tuple[str, ...]:
    """The phases a net is there for: those in which it has data, or that a layer asks for by name.

    The files of SSD, say, train and test with nets of their own. A phase that has data in other
    stages only is not meant to be run without them. A net with no phase of either kind is for both.
    """
    sources = [layer for layer in net.layer if layer.top and not layer.bottom]
    asked = _asked_for(net.layer) - _asked_for(sources)
    states = [State(phase, level, stages) for phase in _PHASES]
    meant = [s.phase for s in states if s.number in asked or any(runs_in(x, s) for x in sources)]
    return tuple(meant or _PHASES)


def _asked_for(layers: Iterable[Any]) -> set[int]:
    return {rule.phase for layer in layers for rule in layer.include if rule.HasField("phase")}


class Value:
    """One write of a blob. ``step`` is who made it, ``top`` which of its tops it is.

    ``readers`` has a step once for each bottom that reads the value. ``weighed`` is whether it
    counts in the objective by a ``loss_weight``, which Caffe takes for one reader more. ``shape``
    is filled in by inference, and ``None`` while the number of axes is not known.
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
        """Whether Caffe puts a Split layer behind it."""
        return len(self.readers) + self.weighed > 1


class Step:
    """One layer that runs: its message, its place in the net, what it reads and writes.

    ``in_place`` are the tops that overwrite the bottom of the same position; a bottom that no
    layer makes is ``None``. ``made`` is what composing knows of the layer. ``schema`` is filled in
    by inference, and ``None`` for a type nobody knows.
    """

    __slots__ = ("bottoms", "faults", "in_place", "index", "layer", "made", "schema", "tops")

    def __init__(self, layer: Any, index: int, made: Made | None = None) -> None:
        self.layer = layer
        self.made = made
        self.index = index
        self.bottoms: list[Value | None] = []
        self.tops: list[Value] = []
        self.in_place = _NONE
        self.schema: LayerSchema | None = None
        self.faults: Sequence[Diagnostic] = ()

    def fault(
        self,
        rule: str,
        message: str,
        *,
        path: str = "",
        hint: str = "",
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Note why Caffe refuses the net here."""
        self.faults = (
            *self.faults,
            Diagnostic(
                severity,
                RULES[rule],
                self.layer.name,
                message,
                name=rule,
                type=self.layer.type,
                hint=hint,
                layer_index=self.index,
                field=path,
            ),
        )


@dataclass(slots=True, repr=False)
class Graph:
    """The steps of one phase, in the net's order, and the last value of each blob."""

    state: State
    steps: list[Step]
    values: dict[str, Value]

    def outputs(self) -> Iterable[Value]:
        """The values no layer reads: the net's outputs."""
        return (value for value in self.values.values() if not value.readers)


def build(net: Any, state: State, made: Sequence[Made | None] = ()) -> Graph:
    """Wire the layers of a ``NetParameter`` that run in this state; its faults are in the steps.

    ``made`` is what composing knows of each layer, which spares reading it from the message.
    """
    state = state.within(net)
    steps: list[Step] = []
    values: dict[str, Value] = {}
    rewrites: list[Value] = []
    lost = 0
    for index, layer in enumerate(net.layer):
        known = made[index] if made else None
        if known is None and not runs_in(layer, state):
            continue
        step = Step(layer, index, known)
        steps.append(step)
        for name in layer.bottom if known is None else known.bottoms:
            read = values.get(name)
            step.bottoms.append(read)
            if read is None:
                lost += 1
                _fault_unknown(step, name, values if lost <= _HINTS else {})
            else:
                read.readers.append(step)
        for name in layer.top if known is None else known.tops:
            value = Value(name, step, len(step.tops))
            if name in values:
                rewrites.append(value)
            values[name] = value
            step.tops.append(value)
        if known is None and (layer.loss_weight or layer.exclude):
            _heed(step, values)
    for value in rewrites:
        _place(value)
    return Graph(state, steps, values)


def _fault_unknown(step: Step, name: str, values: dict[str, Value]) -> None:
    step.fault(
        "unknown-bottom",
        f'reads "{name}", which no layer before it makes',
        path=f"bottom[{len(step.bottoms) - 1}]",
        hint=did_you_mean(name, values),
    )


def _heed(step: Step, values: dict[str, Value]) -> None:
    """Note which tops weigh in the objective by themselves; refuse rules of both kinds."""
    for value, weight in zip(step.tops, step.layer.loss_weight):
        values[value.name].weighed = weight != 0
    if step.layer.include and step.layer.exclude:
        step.fault(
            "include-and-exclude",
            "has both include and exclude; Caffe takes rules of one kind only",
            path="exclude",
        )


def _place(value: Value) -> None:
    """Tell overwriting in place from making a blob twice, which Caffe does once splits are in."""
    step, position = value.step, value.top
    bottom = step.bottoms[position] if position < len(step.bottoms) else None
    if bottom is not None and bottom.name == value.name and not bottom.split:
        step.in_place |= {position}
    else:
        _fault_duplicate(step, value, position)


def _fault_duplicate(step: Step, value: Value, position: int) -> None:
    name, path = value.name, f"top[{position}]"
    bottom = next((b for b in step.bottoms if b is not None and b.name == name), None)
    if bottom is None:
        step.fault(
            "duplicate-top",
            f'makes "{name}", which a layer before it makes already',
            path=path,
            hint="give this top a name of its own",
        )
    elif bottom.split:
        step.fault(
            "in-place-after-split",
            f'overwrites "{name}" in place, but {_other_readers(bottom, step)}',
            path=path,
            hint=f'write a new top (say "{step.layer.name}") and read that further on',
        )
    else:
        step.fault(
            "duplicate-top",
            f'writes "{name}" in place as top {position}, which has to be its bottom of the'
            " same position",
            path=path,
        )


def _other_readers(value: Value, step: Step) -> str:
    others = list(dict.fromkeys(f'"{r.layer.name}"' for r in value.readers if r is not step))
    if others:
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        plural = "s" if len(others) > 1 else ""
        verb = "read" if plural else "reads"
        return f"layer{plural} {', '.join(others[:3])}{more} {verb} it too"
    return "it counts in the objective too" if value.weighed else "it reads it twice"
