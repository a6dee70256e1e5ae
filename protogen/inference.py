"""One walk through the layers of a phase: the shape of every blob, as Caffe would compute it.

The walk goes on past a fault, where Caffe dies of the first: what follows a layer at fault has a
shape not known, and nothing is said of what may only follow from it.
(source: ``Net::Init``, ``Layer::SetUp``, ``Net::AppendParam``)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral
from typing import Any

from protogen import layers as layer_types
from protogen import sources
from protogen.diagnostics import RULES, Diagnostic, Severity, plural, times
from protogen.graph import Graph, State, Step, build
from protogen.schema import Facts, Fault, LayerSchema, check_param_count, registered
from protogen.shapes import Shape, count, format_shape

__all__ = ["Inference", "LayerShapes", "infer_graph", "infer_shapes"]


@dataclass(frozen=True)
class LayerShapes:
    """One layer of the walk: where it stands in the net, and all that is known of it."""

    index: int
    name: str
    type: str
    bottoms: tuple[tuple[str, Shape], ...]
    tops: tuple[tuple[str, Shape], ...]
    facts: Facts


@dataclass
class Inference:
    """What Caffe would make of a net in one state.

    ``blobs`` maps each blob to its shape after its last writer; ``params`` each layer that learns
    to the shapes of its learnable blobs. A shape is a tuple, a size in it ``None`` where it is not
    known, and ``None`` as a whole where not even the number of axes is.
    """

    state: State
    blobs: dict[str, Shape] = field(default_factory=dict)
    params: dict[str, list[Shape]] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    graph: Graph | None = field(default=None, repr=False)
    facts: list[Facts] = field(default_factory=list, repr=False)

    @property
    def ok(self) -> bool:
        """Whether Caffe would accept the net."""
        return not any(d.severity is Severity.ERROR for d in self.diagnostics)

    @property
    def layers(self) -> list[LayerShapes]:
        """A row for each layer that runs, in the net's order."""
        steps = self.graph.steps if self.graph else []
        return [
            LayerShapes(
                step.index,
                step.layer.name,
                step.layer.type,
                tuple(
                    (name, value.shape if value else None)
                    for name, value in zip(step.layer.bottom, step.bottoms)
                ),
                tuple((value.name, value.shape) for value in step.tops),
                facts,
            )
            for step, facts in zip(steps, self.facts)
        ]


def infer_shapes(
    net: Any,
    phase: str = "TEST",
    level: int = 0,
    stages: Collection[str] = (),
    inputs: Mapping[str, Sequence[int | None]] | None = None,
) -> Inference:
    """Infer every shape of a net: a `protogen.Net`, or a ``NetParameter`` message.

    ``inputs`` gives shapes for tops of data layers whose database is not at hand, and of layers
    that cannot be known, such as those in Python. A net with faults gives diagnostics, never an
    exception; arguments that make no sense raise `ValueError`.
    """
    state = State(phase, level, stages)
    if not hasattr(net, "current"):
        from protogen.compose.net import Net  # a bare message; a Net knows its layers' places

        net = Net.of(net)
    message, found = net.current()
    result = infer_graph(build(message, state, net.made), inputs or {})
    spoilt = net.spoilt()
    told = [d for d in result.diagnostics if d.layer_index not in spoilt]
    result.diagnostics = [*found, *map(net.place, told)]
    return result


def infer_graph(graph: Graph, inputs: Mapping[str, Sequence[int | None]]) -> Inference:
    """Walk a graph: fill in its values' shapes and gather what is wrong."""
    result = Inference(graph.state, graph=graph)
    given = {name: _given(name, shape) for name, shape in inputs.items()}
    shared: dict[str, _Owner] = {}
    phase = graph.state.number
    blobs, params, known = result.blobs, result.params, result.facts
    for step in graph.steps:
        facts = _infer_step(step, phase, given)
        known.append(facts)
        for value, shape in zip(step.tops, facts.tops):
            if shape is None:  # of a layer in Python, say, or of a type nobody knows
                shape = given.get(value.name)
            value.shape = blobs[value.name] = shape
        if len(facts.tops) > len(step.tops):  # the name Caffe makes up for a loss without tops
            blobs["(automatic)"] = facts.tops[-1]
        if facts.blobs:
            params[step.layer.name] = [blob.shape for blob in facts.blobs]
        if step.made is None and step.layer.param:
            _share(step, facts, shared)
        if step.faults:
            result.diagnostics += step.faults
    result.diagnostics += _dialects(graph)
    return result


def _given(name: str, shape: Sequence[int | None]) -> Shape:
    sizes: tuple[Any, ...] = () if isinstance(shape, (str, int)) else tuple(shape)
    whole = all(size is None or (isinstance(size, Integral) and int(size) >= 0) for size in sizes)
    if isinstance(shape, (str, int)) or not whole:
        raise ValueError(
            f'the shape given for "{name}" is {shape!r}; write its sizes, None for one not known:'
            " (1, 3, None, None)"
        )
    return sizes


def _infer_step(step: Step, phase: int, given: Mapping[str, Shape]) -> Facts:
    layer, tops, made = step.layer, step.tops, step.made
    bottoms = tuple([value.shape if value else None for value in step.bottoms])
    if made is not None and bottoms and bottoms == made.shapes and not made.schema.loss:
        step.schema = made.schema
        return made.facts
    if given and not step.bottoms and tops and all(v.name in given for v in tops):
        return Facts(tuple(given[value.name] for value in tops))
    layer_type = layer.type
    step.schema = schema = registered(layer_type) or layer_types.find(layer_type)
    if schema is None:
        _fault_unknown_type(step)
        return Facts((None,) * len(tops), macs=None)
    if layer.propagate_down:
        _check_propagate_down(step)
    own_phase = layer.phase if layer.HasField("phase") else phase
    try:
        facts = schema.infer(layer, bottoms, len(tops), own_phase, step.in_place)
        if schema.loss or layer.loss_weight:
            _check_loss_weight(step, schema, facts)
    except Fault as fault:
        step.fault(fault.rule, fault.message, path=fault.field, hint=fault.hint)
        return Facts((None,) * len(tops), macs=None)
    return facts if step.bottoms else _look(step, facts, given)


def _look(step: Step, facts: Facts, given: Mapping[str, Shape]) -> Facts:
    """The tops of a layer without bottoms: as the caller gives them, or as its source has them."""
    shapes = tuple(given.get(v.name, s) for v, s in zip(step.tops, facts.tops))
    if all(shape is not None and None not in shape for shape in shapes):
        if step.layer.type == "Input" and not step.layer.input_param.shape:
            _check_unshaped(step)
        return facts._replace(tops=shapes)
    try:
        found = sources.look(step.layer, facts.tops)
    except Fault as fault:
        step.fault("data-source", fault.message, path=fault.field, hint=fault.hint)
        found = None
    except sources.Unread as unread:
        step.fault(
            "data-source-unread",
            f"its source is there but cannot be read: {unread}",
            severity=Severity.WARNING,
            hint=unread.hint,
        )
        found = None
    if found is not None:
        shapes = tuple(given.get(v.name, s) for v, s in zip(step.tops, found))
    return facts._replace(tops=shapes)


def _check_unshaped(step: Step) -> None:
    """Without a shape the tops of an Input have no elements, and a Split takes no such blob."""
    for position, top in enumerate(step.tops):
        if top.split:
            step.fault(
                "no-input-shape",
                f'gives "{top.name}" no shape, and Caffe cannot split such a blob for its'
                f" {len(top.readers)} readers",
                path=f"top[{position}]",
                hint="input_param { shape { dim: ... } } says it",
            )


def _dialects(graph: Graph) -> list[Diagnostic]:
    """A note for each type that forks differ in, with the rule taken and what told."""
    taken: dict[tuple[str, str], list[Step]] = {}
    for step in graph.steps:
        if step.schema is not None and step.schema.disputed:
            schema, dialect = step.schema, step.schema.dialect(step.layer)
            if dialect:
                taken.setdefault((schema.type, dialect), []).append(step)
    return [_note_dialect(*key, steps) for key, steps in taken.items()]


def _note_dialect(layer_type: str, dialect: str, steps: list[Step]) -> Diagnostic:
    more = len(steps) - 1
    others = f"; so {'is one more' if more == 1 else f'are {more} more'}" if more else ""
    return Diagnostic(
        Severity.NOTE,
        RULES["fork-dialect"],
        steps[0].layer.name,
        f"is taken by the rule of {dialect}, for forks differ in {layer_type}{others}",
        name="fork-dialect",
        type=layer_type,
        layer_index=steps[0].index,
    )


def _check_propagate_down(step: Step) -> None:
    given = len(step.layer.propagate_down)
    if given != len(step.bottoms):
        step.fault(
            "propagate-down-count",
            f"propagate_down is given {times(given)} for {plural(len(step.bottoms), 'bottom')};"
            " give it for each, or not at all",
            path="propagate_down",
        )


def _fault_unknown_type(step: Step) -> None:
    name = step.layer.type
    if not name:
        step.fault("unknown-type", "has no type", hint='say what it is: type: "Convolution"')
        return
    step.fault(
        "unknown-type",
        f'"{name}" is no layer type of Caffe',
        path="type",
        hint=layer_types.suggest(name),
    )


def _check_loss_weight(step: Step, schema: LayerSchema, facts: Facts) -> None:
    """As many weights as tops; a loss that gives none has one. (``Layer::SetLossWeights``)"""
    weights = list(step.layer.loss_weight)
    if any(value.weighed and value.split for value in step.tops):
        weights = []  # the Split layer takes them over
    if not weights and schema.loss:
        weights = [1.0]
    if weights and len(weights) != len(facts.tops):
        given = len(step.layer.loss_weight)
        raise Fault(
            f"has {plural(len(facts.tops), 'top')} and {given or 'no'} loss_weight"
            + (
                ""
                if given
                else "; a loss without one has a single weight, and"
                " with several tops each needs its own"
            ),
            rule="loss-weight-count",
            field="loss_weight",
        )
    for weight, shape in zip(step.layer.loss_weight or weights, facts.tops):
        if weight and shape is not None and None not in shape and count(shape) == 0:
            raise Fault("an empty top cannot have a loss_weight", rule="loss-weight-count")


@dataclass
class _Owner:
    """The first layer to use a shared parameter: all others must agree with it."""

    layer: str
    shape: Shape
    lr_mult: float | None = None
    decay_mult: float | None = None


def _share(step: Step, facts: Facts, shared: dict[str, _Owner]) -> None:
    """Check the layer's ``param`` entries against what it learns and whom it shares with."""
    specs = step.layer.param
    if not step.faults:
        try:
            check_param_count(step.layer, facts)
        except Fault as fault:
            step.fault(fault.rule, fault.message, path=fault.field)
    for index, (spec, blob) in enumerate(zip(specs, facts.blobs)):
        if not spec.name:
            continue
        owner = shared.get(spec.name)
        if owner is None:
            shared[spec.name] = owner = _Owner(step.layer.name, blob.shape)
        else:
            _compare(step, index, owner, blob.shape)
        _agree(step, index, owner)


def _compare(step: Step, index: int, owner: _Owner, shape: Shape) -> None:
    spec = step.layer.param[index]
    if shape is None or owner.shape is None or None in shape or None in owner.shape:
        return
    permissive = spec.share_mode == 1
    same = count(shape) == count(owner.shape) if permissive else shape == owner.shape
    if not same:
        what = "count" if permissive else "shape"
        step.fault(
            "shared-param-mismatch",
            f'shares "{spec.name}" with layer "{owner.layer}", but their {what}s differ:'
            f" {format_shape(shape)} here, {format_shape(owner.shape)} there",
            path=f"param[{index}]",
        )


def _agree(step: Step, index: int, owner: _Owner) -> None:
    """The multipliers that several sharing layers give must be the same."""
    spec = step.layer.param[index]
    for name in ("lr_mult", "decay_mult"):
        if not spec.HasField(name):
            continue
        mine, theirs = getattr(spec, name), getattr(owner, name)
        if theirs is None:
            setattr(owner, name, mine)
        elif mine != theirs:
            step.fault(
                "shared-param-mismatch",
                f'shares "{spec.name}" with layer "{owner.layer}", but gives it {name} {mine:g}'
                f" where it was {theirs:g}",
                path=f"param[{index}].{name}",
            )
