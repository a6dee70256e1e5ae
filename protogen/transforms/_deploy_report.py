"""What a deploy transform did, in a line for each change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from protogen.analysis import Analysis
from protogen.diagnostics import plural
from protogen.graph import Step, Value
from protogen.portability.dialect.deploying import losses_of
from protogen.shapes import format_shape
from protogen.transforms._deploy_inputs import DeployInput
from protogen.transforms._deploy_outputs import Output, Outputs
from protogen.transforms._deploy_walk import Walk, samples_proposals
from protogen.transforms._predictions import MEASURES, Prediction, ancestors, label_names
from protogen.transforms._training_net import TrainingNet

if TYPE_CHECKING:
    from protogen.proto import LayerParameter

__all__ = ["report_lines"]

#: How many layers of one line are named.
_NAMED = 4

#: Why layers are removed, in the order of the report.
_REASONS = {
    "data": "the caller provides the data",
    "loss": "only training needs a loss",
    "measure": "for whoever trains the net",
    "auxiliary": "part of an auxiliary head",
    "label": "for labels only",
    "phase": "not for TEST",
    "copy": "copies its bottom in TEST",
    "proposals": "all proposals are used in TEST",
    "unread": "no output depends on it",
}


class _Removed(NamedTuple):
    """A layer that is removed, and a key of the reasons above."""

    name: str
    type: str
    reason: str


def report_lines(
    training: TrainingNet,
    inputs: Iterable[DeployInput],
    outputs: Outputs,
    added: Mapping[int, Sequence[Mapping[str, Any]]],
    walk: Walk,
    cleared: Counter[str],
) -> list[str]:
    """The lines about inputs, outputs, removed layers and removed fields.

    ``added`` are the new layers that compute an output, by its place in the list; ``cleared``
    counts the layers that each kind of field is removed from.
    """
    lines: list[str] = []
    for each in inputs:
        lines += _input_lines(each)
    for index, output in enumerate(outputs.list):
        # The last of the new layers produces the output.
        name = added[index][-1]["name"] if index in added else ""
        lines.append(_output_line(output, name))
    for head in outputs.auxiliary:
        lines.append(f'cut the auxiliary head of "{head.loss.name}" (weight {head.weight:g})')
    for head in outputs.intermediate:
        lines.append(
            f'"{head.blob}", which "{head.loss.name}" trains, is not an output: another output is'
            " computed from it"
        )
    lines += _removed_lines(_removed(training, outputs.auxiliary, walk))
    for name, number in cleared.items():
        if number:
            lines.append(f"removed {name} from {plural(number, 'layer')}")
    return lines


def _input_lines(found: DeployInput) -> Iterator[str]:
    """The line about an input, and another one if its layer transformed the data."""
    line = f'input "{found.blob}" {format_shape(found.shape)}'
    if found.layer:
        line += f', in place of layer "{found.layer}" ({found.type})'
    if found.reason:
        line += f": {found.reason}"
    yield line
    # Caffe no longer does it, so that whoever fills the blob has to.
    if found.transform:
        yield f'before you fill "{found.blob}": {found.transform}, as "{found.layer}" did'


def _output_line(output: Output, name: str) -> str:
    """The line about an output; ``name`` is that of the layer that is added for it, if any."""
    head = output.head
    if head is None:
        return f'output "{output.blobs[0]}"'
    loss = f'"{head.loss.name}" ({head.loss.type})'
    # The net computes it already, such as a Softmax of TEST beside the loss of TRAIN.
    if output.step is not None:
        return f'output "{output.step.tops[0].name}", which computes what {loss} predicts'
    blobs = ", ".join(f'"{blob}"' for blob in head.blobs)
    if not name:
        return f"output {blobs}, which {loss} compares with the labels"
    line = f'output "{name}", {head.function} of {blobs}, in place of {loss}'
    if head.function == "DetectionOutput":
        line += "; its thresholds are those of SSD's scripts"
    return line


def _removed_lines(removed: Sequence[_Removed]) -> Iterator[str]:
    """A line for each reason, with the first layers that are removed for it."""
    # As the keys of a dict, because the layers of two phases often have the same name.
    by_reason: dict[str, dict[str, None]] = {}
    for each in removed:
        named = by_reason.setdefault(each.reason, {})
        named[f'"{each.name}" ({each.type})'] = None
    for reason, words in _REASONS.items():
        layers = list(by_reason.get(reason, ()))
        if not layers:
            continue
        more = ""
        if len(layers) > _NAMED:
            more = f" and {len(layers) - _NAMED} more"
        yield f"removed {', '.join(layers[:_NAMED])}{more}: {words}"


def _removed(training: TrainingNet, cut: Sequence[Prediction], walk: Walk) -> list[_Removed]:
    """The layers that are removed, each with its reason."""
    kept = {step.index for step in walk.kept}
    # A layer of another phase has no step here.
    running = {step.index: step for step in training.analysis.steps}
    purposes = _purposes(training, cut)
    found = []
    for index, layer in enumerate(training.message.layer):
        if index in kept:
            continue
        purpose = purposes.get(index, "unread")
        reason = _reason(layer, purpose, running.get(index), walk)
        found.append(_Removed(layer.name, layer.type, reason))
    return found


def _reason(layer: LayerParameter, purpose: str, step: Step | None, walk: Walk) -> str:
    """Why a layer is removed. What it is comes before what it does in TEST."""
    if not layer.bottom:
        return "data"
    if layer.type in MEASURES:
        return "measure"
    if purpose == "loss":
        return purpose
    return _reason_in_test(step, walk) or purpose


def _purposes(training: TrainingNet, cut: Sequence[Prediction]) -> dict[int, str]:
    """What layers serve only in training: labels, auxiliary heads and losses, by their indices.

    ``cut`` are the auxiliary heads. A layer with several purposes has the last of them.
    """
    labels: list[str] = []
    for loss in training.losses:
        labels += label_names(loss, training.analysis)
    heads: list[str] = []
    for head in cut:
        heads += head.blobs
    purposes: dict[int, str] = {}
    for names, purpose in ((labels, "label"), (heads, "auxiliary")):
        for step in ancestors(_values(names, training.analysis)):
            purposes[step.index] = purpose
    for analysis in training.analyses:
        for step in losses_of(analysis):
            purposes[step.index] = "loss"
    return purposes


def _values(names: Iterable[str], analysis: Analysis) -> list[Value]:
    """The blobs that exist in a phase; another one may have labels that this one lacks."""
    found = []
    for name in names:
        value = analysis.values.get(name)
        if value is not None:
            found.append(value)
    return found


def _reason_in_test(step: Step | None, walk: Walk) -> str:
    """The reason that is known of a layer in TEST; empty if there is none."""
    if step is None:
        return "phase"
    if samples_proposals(step):
        return "proposals"
    if walk.only_copies(step):
        return "copy"
    return ""
