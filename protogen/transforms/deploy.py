"""Derive the deploy net of a training net."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from protogen.diagnostics import Diagnostic, ProtogenError, Severity
from protogen.edits import Edit, delete, insert
from protogen.graph import Value
from protogen.inference import Inputs, given_shapes
from protogen.net import Net
from protogen.net_files import load
from protogen.shapes import Shape, format_shape, is_known
from protogen.transforms._deploy_findings import (
    assumed_channels,
    batch_norms,
    idle_input,
    needed_label,
    other_weights,
    unknown_layer,
    unknown_shape,
    untrained,
)
from protogen.transforms._deploy_inputs import DeployInput, deploy_inputs
from protogen.transforms._deploy_outputs import Outputs, output_layers, output_name
from protogen.transforms._deploy_report import report_lines
from protogen.transforms._deploy_walk import Walk
from protogen.transforms._predictions import label_blobs
from protogen.transforms._training_fields import training_fields
from protogen.transforms._training_net import TrainingNet
from protogen.transforms._transform import (
    Result,
    Transform,
    check_text,
    compose_origins,
    origins_after,
)
from protogen.transforms.upgrade import Upgrade

__all__ = ["Deploy", "deploy"]


def deploy(
    net: Any,
    *,
    inputs: Inputs | None = None,
    batch: int | None = None,
    outputs: Sequence[str] = (),
    probability: bool = True,
    keep: Collection[str] = (),
) -> Result:
    """The deploy net of a training net, which is the ``net`` of the result.

    ``net`` is a `protogen.Net`, a ``NetParameter`` message, or the path of a prototxt file. The
    other arguments are those of `Deploy`. Raises `ProtogenError` for what only the caller can know:
    the size of an input, or which of several predictions is wanted.
    """
    is_file = isinstance(net, (str, os.PathLike))
    net = load(net) if is_file else Net.of(net)
    transform = Deploy(
        inputs=inputs, batch=batch, outputs=outputs, probability=probability, keep=keep
    )
    return transform(net)


class Deploy(Transform):
    """Replace data by inputs and losses by what they predict, and remove what only trains.

    ``inputs`` are shapes of the inputs, by blob; layers that produce these blobs are removed.
    ``batch`` is the first size of the inputs, 1 by default. ``outputs`` names the predictions to
    keep, by a blob or by a loss. Without ``probability`` the outputs are the raw scores. ``keep``
    are layers, or types such as Dropout, that stay although they do nothing in TEST.

    ``Result.report`` has a line for each change.
    """

    requires = "a text without errors, with a loss, or with `outputs`"
    ensures = "no error; the learnable blobs are some of those of the training net"

    def __init__(
        self,
        *,
        inputs: Inputs | None = None,
        batch: int | None = None,
        outputs: Sequence[str] = (),
        probability: bool = True,
        keep: Collection[str] = (),
    ) -> None:
        if batch is not None and batch < 1:
            raise ValueError(f"batch must be at least 1, got {batch}")
        self.inputs: dict[str, Shape] = given_shapes(inputs or {})
        self.batch = batch
        # A string is a sequence of its letters, and is taken for one name.
        self.outputs = _names(outputs)
        self.probability = probability
        self.keep = frozenset(_names(keep))

    def check(self, net: Net) -> None:
        Upgrade().check(net)

    def run(self, net: Net) -> Result:
        upgraded = Upgrade()(net)
        check_text(upgraded.net)
        # Findings are placed in the net as it is written, if its layers are those of the upgrade.
        written = upgraded.net
        if upgraded.origins == tuple(range(len(net.current.message.layer))):
            written = net
        training = TrainingNet(upgraded.net, written)
        is_asked_to_change = self.inputs or self.batch or self.outputs
        if training.deployed and not is_asked_to_change:
            line = "is a deploy net already: it has no loss and no data layer; nothing is changed"
            return replace(Result.unmodified(net), report=(line,))
        result = _deploy(training, self)
        notes = [each for each in upgraded.diagnostics if each.severity is not Severity.NOTE]
        report = ("upgraded from an old format",) if upgraded.modified else ()
        return replace(
            result,
            diagnostics=[*notes, *result.diagnostics],
            origins=compose_origins(upgraded.origins, result.origins),
            report=(*report, *result.report),
        )

    def verify(self, before: Net, result: Result) -> None:
        """Nothing to do: `run` has compared the weights, and rejected the net if they differ."""


def _names(given: Collection[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _deploy(training: TrainingNet, options: Deploy) -> Result:
    """The deploy net of a net in the current format."""
    _check_kept(training, options.keep)
    _check_losses(training)
    outputs = Outputs(training, options.outputs, probability=options.probability)
    targets: list[Value] = []
    for output in outputs.list:
        targets += output.values(training.analysis)
    walk = Walk(training, targets, options.inputs, options.keep)
    inputs = _inputs(training, walk, options)
    cleared: Counter[str] = Counter()
    # A list, because what it clears is counted while the edits are made.
    edits = list(_edits(training, walk, inputs, cleared))
    # What computes the predictions comes last, after all that it reads.
    end = len(training.message.layer)
    added = _added_layers(training, outputs, walk)
    for layers in added.values():
        edits += [insert(("layer", end), fields) for fields in layers]
    net = training.net.copy()
    net.apply(edits)
    origins = origins_after(end, edits)
    rejected = _rejected(net, training, origins, inputs)
    _check_result(training, net, rejected, inputs)
    return Result(
        net,
        True,
        [*outputs.warnings, *_warnings(training, walk, inputs, net), *rejected],
        origins,
        report=tuple(report_lines(training, inputs, outputs, added, walk, cleared)),
    )


def _check_losses(training: TrainingNet) -> None:
    """Raise if a loss has too few bottoms to say which blobs it compares."""
    wrong = []
    for loss in training.losses:
        for fault in loss.faults:
            if fault.name == "blob-count":
                wrong.append(training.place(fault))
    if wrong:
        raise ProtogenError(wrong)


def _check_result(
    training: TrainingNet, net: Net, rejected: list[Diagnostic], inputs: list[DeployInput]
) -> None:
    """Raise if Caffe rejects the deploy net, or the trained weights do not fit it."""
    errors = list(filter(_is_error, rejected))
    if errors:
        raise ProtogenError(errors)
    # One is enough: an input of another size changes all layers that depend on it.
    for name, shape, trained in _other_weights(training, net):
        shapes = [f'"{each.blob}" {format_shape(each.shape)}' for each in inputs]
        raise ProtogenError(training.place(other_weights(name, shape, trained, shapes)))


def _check_kept(training: TrainingNet, keep: frozenset[str]) -> None:
    """Raise for a type or layer to keep that the net does not have."""
    known: dict[str, None] = {}
    for layer in training.message.layer:
        known.update(dict.fromkeys((layer.type, layer.name)))
    # Users may keep Dropout in many nets at once, some of which have none.
    for name in sorted(keep - {*known, "Dropout"}):
        raise ProtogenError(training.place(unknown_layer(name, list(known))))


def _inputs(training: TrainingNet, walk: Walk, options: Deploy) -> list[DeployInput]:
    """The inputs with their shapes. Raises `ProtogenError` for what only the user knows."""
    _check_inputs(training, walk, options)
    # In the order of the layers that produced the data.
    produced = [*training.sources, *training.analysis.values]
    order = {name: index for index, name in enumerate(produced)}
    needed = sorted(walk.inputs, key=lambda name: order.get(name, len(order)))
    for name in options.inputs:
        if name not in walk.inputs:
            raise ProtogenError(training.place(idle_input(name, needed)))
    inputs = deploy_inputs(needed, training.analyses, options.inputs, options.batch)
    unknown = [unknown_shape(each) for each in inputs if not is_known(each.shape)]
    if unknown:
        raise ProtogenError(map(training.place, unknown))
    return inputs


def _check_inputs(training: TrainingNet, walk: Walk, options: Deploy) -> None:
    """Raise for a label that the outputs need, and for a blob that nothing produces."""
    labels = label_blobs(training.analyses, training.losses)
    for name in walk.inputs:
        reader = walk.readers.get(name)
        if name in options.inputs or reader is None:
            continue
        # Whoever uses the net has images, but no labels.
        if name in labels:
            raise ProtogenError(training.place(needed_label(name, reader)))
        is_produced = name in training.sources or name in training.analysis.values
        if not is_produced:
            raise ProtogenError(map(training.place, reader.faults))


def _edits(
    training: TrainingNet, walk: Walk, inputs: list[DeployInput], cleared: Counter[str]
) -> Iterator[Edit]:
    """The edits that leave the layers to keep, without what only training reads."""
    # A net that computes its outputs from constants has no input.
    if inputs:
        yield _input_layer(training, inputs)
    kept = {step.index for step in walk.kept}
    for index, layer in enumerate(training.message.layer):
        if index in kept:
            yield from training_fields(layer, index, cleared)
        else:
            yield delete(("layer", index))
    for (index, position), name in walk.rewired.items():
        # The walk back may have rewired a layer that only copies, which is removed.
        if index in kept:
            yield Edit(("layer", index, "bottom", position), "set", name)
    # It has stages for the rules of layers, which are removed.
    if training.message.HasField("state"):
        yield delete(("state",))


def _input_layer(training: TrainingNet, inputs: list[DeployInput]) -> Edit:
    """Insert one Input for all inputs, in the place of the first layer that produced data."""
    first = min((step.index for step in training.sources.values()), default=0)
    tops = [each.blob for each in inputs]
    shapes = [{"dim": list(each.shape or ())} for each in inputs]
    fields = {
        "name": tops[0],
        "type": "Input",
        "top": tops,
        "input_param": {"shape": shapes},
    }
    return insert(("layer", first), fields)


def _added_layers(
    training: TrainingNet, outputs: Outputs, walk: Walk
) -> dict[int, list[dict[str, Any]]]:
    """The layers that compute predictions, by the place of the output in the list."""
    taken = _names_in_use(walk)
    functions = Counter(output.function for output in outputs.list)
    found = {}
    for index, output in enumerate(outputs.list):
        if output.head is None or not output.function:
            continue
        # Layers that only copy a blob are removed.
        values = map(walk.original, output.values(training.analysis))
        head = replace(output.head, blobs=tuple(value.name for value in values))
        name = output_name(head, functions[output.function], taken)
        found[index] = output_layers(head, name)
        taken.update(fields["name"] for fields in found[index])
    return found


def _names_in_use(walk: Walk) -> set[str]:
    """The names of layers and blobs in the deploy net: a new layer and its top have one name."""
    names: set[str] = set()
    for step in walk.kept:
        names.add(step.name)
        names.update(step.wiring.tops)
    return names


def _rejected(
    net: Net, training: TrainingNet, origins: Sequence[int | None], inputs: list[DeployInput]
) -> list[Diagnostic]:
    """Why Caffe would reject the deploy net, as with an input that does not fit.

    A layer of an unknown type is for a fork, and a warning. If a fork's loss has faults already,
    the layers added in its place may have the same.
    """
    faulty = any(loss.faults for loss in training.losses)
    shapes = ", ".join(f'"{each.blob}" {format_shape(each.shape)}' for each in inputs)
    found = []
    for fault in filter(_is_error, net.analysis().faults):
        origin = origins[fault.layer_index]
        if origin is None and faulty:
            continue
        # A layer that is added has no place in the file.
        index = -1 if origin is None else origin
        placed = training.place(replace(fault, layer_index=index))
        found.append(_in_deploy_net(placed, shapes))
    return found


def _is_error(finding: Diagnostic) -> bool:
    return finding.severity is Severity.ERROR


def _in_deploy_net(fault: Diagnostic, shapes: str) -> Diagnostic:
    """A fault of the deploy net, marked as such unless it says already where it is."""
    if fault.name == "unknown-type":
        return replace(fault, severity=Severity.WARNING)
    if fault.where:
        return fault
    return replace(fault, where=f"in the deploy net, with the input {shapes}")


def _other_weights(training: TrainingNet, net: Net) -> Iterator[tuple[str, Shape, Shape]]:
    """The layers with learnable blobs of another shape than in training, with both shapes."""
    trained: dict[str, list[Shape]] = {}
    # TRAIN comes last, because a caffemodel has its weights.
    for analysis in training.analyses:
        trained.update(analysis.params)
    for name, shapes in net.analysis().params.items():
        for shape, other in zip(shapes, trained.get(name, ())):
            # An unknown shape says nothing.
            are_known = is_known(shape) and is_known(other)
            if are_known and shape != other:
                yield name, shape, other


def _warnings(
    training: TrainingNet, walk: Walk, inputs: list[DeployInput], net: Net
) -> Iterator[Diagnostic]:
    """What the user should know about a deploy net."""
    for each in inputs:
        if each.assumed:
            yield training.place(assumed_channels(each))
    yield from map(training.place, batch_norms(walk.kept))
    steps = training.train.steps
    # A net that is never trained gets its weights from elsewhere.
    if not any(step.is_loss for step in steps):
        return
    found = untrained(net, [step.name for step in steps])
    if found is not None:
        yield training.place(found)
