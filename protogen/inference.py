"""One walk through the layers of a state: the shape of every blob, as Caffe would compute it.

The walk goes on past a fault, where Caffe aborts at the first: what follows a faulty layer has an
unknown shape, and nothing is reported that may only follow from that.
(source: ``Net::Init``, ``Layer::SetUp``, ``Net::AppendParam``)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from types import MappingProxyType
from typing import Any

from protogen import layers as layer_types
from protogen import rules, sources
from protogen.diagnostics import Diagnostic, plural, times
from protogen.graph import Graph, Step
from protogen.proto import ParamSpec
from protogen.schema import Facts, Fault, LayerSchema, check_param_count
from protogen.shapes import Shape, count, filled, format_shape, format_size, is_known
from protogen.spelling import shown

__all__ = ["AUTOMATIC_TOP", "Inputs", "given_shapes", "infer_step", "walk"]

#: The name under which a loss without tops is listed; Caffe adds such a top by itself.
AUTOMATIC_TOP = "(automatic)"

#: Shapes that the caller knows and the net does not say, by blob.
Inputs = Mapping[str, Sequence[int | None]]


def given_shapes(inputs: Inputs, argument: str = "inputs") -> dict[str, Shape]:
    """The shapes that a caller gives, as tuples. Raises `ValueError` for what is not a shape.

    ``argument`` is what the caller calls them.
    """
    shapes = {}
    for name, shape in inputs.items():
        shapes[name] = _given_shape(f'{argument}["{name}"]', shape)
    return shapes


def _given_shape(name: str, shape: Sequence[int | None]) -> Shape:
    # The letters of a string would be sizes, and a single number is no sequence.
    if not isinstance(shape, (str, int)):
        sizes: tuple[Any, ...] = tuple(shape)
        if all(map(_is_size, sizes)):
            return sizes
    raise ValueError(
        f"{name} must be a list of sizes, with None for an unknown size, such as"
        f" (1, 3, None, None); got {shown(shape)}"
    )


def _is_size(size: object) -> bool:
    """Whether it is a number of elements, or ``None``; those of NumPy are integers, too."""
    if size is None:
        return True
    return isinstance(size, Integral) and int(size) >= 0


def walk(
    graph: Graph,
    inputs: Mapping[str, Shape],
    damaged: Collection[int] = (),
    stated: Mapping[int, Sequence[Shape]] = MappingProxyType({}),
    *,
    override: bool = False,
) -> None:
    """Fill in the shapes of a graph's values and the facts and faults of its steps.

    ``inputs`` fill in what layers without bottoms leave open. With ``override``, or if they give
    the shape of all data, they replace the shapes of these layers as a whole. ``damaged`` has the
    indices of layers with an error in their text, ``stated`` shapes that composing has stated.
    """
    override = override or _covers_data(graph, inputs)
    owners: dict[str, _Owner] = {}
    phase = graph.state.number
    for step in graph.steps:
        if step.index in damaged:
            facts = _damaged_facts(step)
        elif step.index in stated:
            facts = _stated_facts(step, phase, inputs, override, stated[step.index])
        else:
            facts = infer_step(step, phase, inputs, override)
        step.facts = facts
        shapes = facts.tops
        # Not zip, which would add 2,000 instructions to the 9,000 that a repeated layer takes.
        for value in step.tops:
            shape = shapes[value.top] if value.top < len(shapes) else None
            # Of a layer in Python, say, or of an unknown type.
            if shape is None and inputs:
                shape = inputs.get(value.name)
            value.shape = shape
        if not step.wiring.plain and step.layer.param:
            _share_parameters(step, owners)


def infer_step(step: Step, phase: int, inputs: Mapping[str, Shape], override: bool) -> Facts:
    """What one layer's schema answers for the shapes of its bottoms; faults go to the step."""
    wiring = step.wiring
    schema = wiring.schema
    if schema is None:
        return _untyped_facts(step, inputs)
    bottoms = tuple([None if value is None else value.shape for value in step.bottoms])
    if not wiring.plain:
        _check_propagate_down(step)
        # Net::Init gives a layer the phase of the net only if it has none of its own.
        if step.layer.HasField("phase"):
            phase = step.layer.phase
    try:
        facts = schema.infer(
            step.layer, bottoms, len(step.tops), phase, step.in_place, wiring.parameters
        )
        if schema.loss or not wiring.plain:
            _check_loss_weight(step, schema, facts)
    except Fault as fault:
        step.fault(fault.rule, fault.message, field=fault.field, hint=fault.hint)
        return _unknown(step)
    if step.bottoms:
        return facts
    if override:
        return _with_given_tops(step, facts, inputs)
    return _source_facts(step, facts, inputs)


def _damaged_facts(step: Step) -> Facts:
    """The facts of a layer with an error in its text: the rest does not determine its tops."""
    # The type is reported with the other errors of the text, not only once these are fixed.
    if step.type and step.schema is None:
        _fault_unknown_type(step)
    return _unknown(step)


def _untyped_facts(step: Step, inputs: Mapping[str, Shape]) -> Facts:
    """The facts of a layer with an unknown type, for which a caller may give all shapes."""
    names = [value.name for value in step.tops]
    is_given = bool(names) and inputs.keys() >= set(names)
    if is_given and not step.bottoms:
        return Facts(tuple([inputs[name] for name in names]))
    _fault_unknown_type(step)
    return _unknown(step)


def _with_given_tops(step: Step, facts: Facts, inputs: Mapping[str, Shape]) -> Facts:
    """The facts with the shapes that the caller gives in place of the layer's own."""
    shapes = []
    for value, shape in zip(step.tops, facts.tops):
        shapes.append(inputs.get(value.name, shape))
    return facts._replace(tops=tuple(shapes))


def _stated_facts(
    step: Step,
    phase: int,
    inputs: Mapping[str, Shape],
    override: bool,
    stated: Sequence[Shape],
) -> Facts:
    """The facts of a layer whose tops' shapes are stated, as far as they are not known anyway."""
    if step.wiring.schema is None:
        return Facts(tuple(stated), macs=None)
    facts = infer_step(step, phase, inputs, override)
    return facts._replace(tops=tuple(map(filled, facts.tops, stated)))


def _unknown(step: Step) -> Facts:
    return Facts((None,) * len(step.tops), macs=None)


# Layers without bottoms ------------------------------------------------------------------------


def _source_facts(step: Step, facts: Facts, inputs: Mapping[str, Shape]) -> Facts:
    """The tops of a layer without bottoms: as the caller gives them, or as its source has them."""
    given = [inputs.get(value.name) for value in step.tops]
    shapes: tuple[Shape, ...] = facts.tops
    complete = all(map(is_known, shapes))
    if not complete and not all(map(is_known, given)):
        # Caffe opens the source to learn the sizes that the layer's parameters leave open.
        shapes = tuple(_look_into_source(step, facts) or shapes)
        complete = all(map(is_known, shapes))
    if step.type == "Input" and not step.layer.input_param.shape and complete:
        _check_unshaped(step)
    tops = list(shapes)
    for index in range(min(len(given), len(shapes))):
        tops[index] = _merged(step, index, shapes[index], given[index])
    return facts._replace(tops=tuple(tops))


def _covers_data(graph: Graph, inputs: Mapping[str, Shape]) -> bool:
    """Whether a caller gives the shape of every top of every data layer.

    Such a caller means these shapes, with their batch. Who gives the images only, and not their
    labels, means the size of the images: another batch would not fit the labels.
    """
    if not inputs:
        return False
    data: set[str] = set()
    for step in graph.steps:
        if not step.bottoms and step.type not in _SHAPED:
            data.update(value.name for value in step.tops)
    return data <= inputs.keys()


#: Types without bottoms that state the shapes of their tops.
_SHAPED = ("Input", "DummyData", "Parameter")


def _merged(step: Step, top: int, shape: Shape, given: Shape) -> Shape:
    """The shape of a top by what the layer states and what the caller gives.

    What the caller gives replaces the shape of an Input layer. The batch of a data layer is its
    own, in each phase, whatever the caller gives for it; so are other sizes that it states, but a
    caller who contradicts these gets a warning.
    """
    if given is None:
        return shape
    if shape is None or step.type == "Input":
        return given
    if len(shape) != len(given):
        _warn_of_contradiction(step, top, shape, given)
        return shape
    # Not the batch, which differs between the phases.
    if any(map(_differ, shape[1:], given[1:])):
        _warn_of_contradiction(step, top, shape, given)
    return filled(shape, given)


def _differ(own: int | None, other: int | None) -> bool:
    """Whether two sizes are known and not the same."""
    if own is None or other is None:
        return False
    return own != other


def _warn_of_contradiction(step: Step, top: int, shape: Shape, given: Shape) -> None:
    name = step.tops[top].name
    # As the command line takes it: data=64,3,?,?
    sizes = map(format_size, shape or ())
    step.fault(
        "input-contradiction",
        f'the shape given for "{name}" is {format_shape(given)}, but the layer produces'
        f" {format_shape(shape)}",
        field=f"top[{top}]",
        hint=f"give ? for the sizes that the layer sets: {name}={','.join(sizes)}",
    )


def _look_into_source(step: Step, facts: Facts) -> Sequence[Shape] | None:
    try:
        return sources.read_top_shapes(step.layer, facts.tops)
    except Fault as fault:
        step.fault("data-source", fault.message, field=fault.field, hint=fault.hint)
    except sources.UnreadableSource as unread:
        step.fault(
            "data-source-unread",
            f"its source exists but cannot be read: {unread}",
            hint=unread.hint,
        )
    return None


def _check_unshaped(step: Step) -> None:
    """Without a shape the tops of an Input have no elements, and a Split rejects such a blob."""
    for position, top in enumerate(step.tops):
        if top.split:
            step.fault(
                "no-input-shape",
                f'gives "{top.name}" no shape, and Caffe cannot split such a blob for its'
                f" {len(top.readers)} readers",
                field=f"top[{position}]",
                hint="add one: input_param { shape { dim: ... } }",
            )


# What Caffe's net checks of each layer ---------------------------------------------------------


def _fault_unknown_type(step: Step) -> None:
    if not step.type:
        step.fault("unknown-type", "has no type", hint='add one, such as type: "Convolution"')
        return
    step.fault(
        "unknown-type",
        f'unknown layer type "{step.type}"',
        field="type",
        hint=layer_types.suggest(step.type),
    )


def _check_propagate_down(step: Step) -> None:
    given = len(step.layer.propagate_down)
    if given not in (0, len(step.bottoms)):
        step.fault(
            "propagate-down-count",
            f"propagate_down is given {times(given)} for {plural(len(step.bottoms), 'bottom')};"
            " give it once for each bottom, or not at all",
            field="propagate_down",
        )


def _check_loss_weight(step: Step, schema: LayerSchema, facts: Facts) -> None:
    """As many weights as tops; a loss that gives none has one.  (``Layer::SetLossWeights``)"""
    given = list(step.layer.loss_weight)
    # InsertSplits: the Split layer takes the weights over.
    are_taken_over = any(value.weighed and value.split for value in step.tops)
    weights = [] if are_taken_over else given
    # LossLayer::LayerSetUp adds the default.
    if schema.loss:
        weights = weights or [1.0]
    if weights and len(weights) != len(facts.tops):
        raise _loss_weight_fault(given, facts)
    for weight, shape in zip(given or weights, facts.tops):
        # Layer::SetLossWeights fills the gradient of a weighted top with the weight.
        if weight and _is_empty(shape):
            raise Fault(
                "an empty top cannot have a loss_weight",
                rule="loss-weight-count",
                field="loss_weight",
            )


def _loss_weight_fault(given: Sequence[float], facts: Facts) -> Fault:
    reason = "" if given else "; a loss has one weight by default, and several tops need one each"
    return Fault(
        f"expected {plural(len(facts.tops), 'loss_weight value')}, one for each top, got"
        f" {len(given)}{reason}",
        rule="loss-weight-count",
        field="loss_weight",
    )


def _is_empty(shape: Shape) -> bool:
    """Whether a blob is known to have no elements."""
    return is_known(shape) and count(shape) == 0


# Parameters that layers share ------------------------------------------------------------------


@dataclass
class _Owner:
    """The first layer to use a shared parameter, with which all others must agree."""

    layer: str
    shape: Shape
    lr_mult: float | None = None
    decay_mult: float | None = None


def _share_parameters(step: Step, owners: dict[str, _Owner]) -> None:
    """Check the layer's ``param`` entries against what it learns and whom it shares with."""
    if not step.faults:
        try:
            check_param_count(step.layer, step.facts)
        except Fault as fault:
            step.fault(fault.rule, fault.message, field=fault.field)
    for index, (spec, blob) in enumerate(zip(step.layer.param, step.facts.blobs)):
        if not spec.name:
            continue
        if spec.name not in owners:
            owners[spec.name] = _Owner(step.name, blob.shape)
        else:
            _compare_shapes(step, index, owners[spec.name], blob.shape)
        _compare_multipliers(step, index, owners[spec.name])


def _compare_shapes(step: Step, index: int, owner: _Owner, shape: Shape) -> None:
    if not is_known(shape) or not is_known(owner.shape):
        return
    spec = step.layer.param[index]
    # PERMISSIVE asks only for as many elements.  (source: ``Net::AppendParam``)
    if spec.share_mode == ParamSpec.PERMISSIVE:
        what, same = "count", count(shape) == count(owner.shape)
    else:
        what, same = "shape", shape == owner.shape
    if not same:
        step.fault(
            "shared-param-mismatch",
            f'shares "{spec.name}" with layer "{owner.layer}", but their {what}s differ:'
            f" {format_shape(shape)} here, {format_shape(owner.shape)} there",
            field=f"param[{index}]",
        )


def _compare_multipliers(step: Step, index: int, owner: _Owner) -> None:
    """Several layers that share a parameter must give it the same multipliers, if any."""
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
                f'shares "{spec.name}" with layer "{owner.layer}", but their {name}s'
                f" differ: {mine:g} here, {theirs:g} there",
                field=f"param[{index}].{name}",
            )


# Forks -----------------------------------------------------------------------------------------


def dialects(graph: Graph) -> list[Diagnostic]:
    """A note for each type in which forks differ, with the rule that was applied and why."""
    taken: dict[tuple[str, str], list[Step]] = {}
    for step in graph.steps:
        schema = step.wiring.schema
        # Few types have dialects, and this runs for every layer.
        if schema is None or not schema.has_dialects:
            continue
        dialect = schema.dialect(step.layer)
        if dialect:
            taken.setdefault((schema.type, dialect), []).append(step)
    return [_dialect_note(*key, steps) for key, steps in taken.items()]


def _dialect_note(layer_type: str, dialect: str, steps: list[Step]) -> Diagnostic:
    more = len(steps) - 1
    others = f" (and {plural(more, 'more layer')})" if more else ""
    return rules.named("fork-dialect").diagnostic(
        f"forks differ in {layer_type}; the rule of {dialect} is applied{others}",
        layer=steps[0].name,
        type=layer_type,
        layer_index=steps[0].index,
    )
