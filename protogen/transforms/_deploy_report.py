"""What a deploy transform did, in a line for each thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from protogen.diagnostics import plural
from protogen.graph import Step
from protogen.shapes import format_shape
from protogen.transforms._deploy_inputs import DeployInput
from protogen.transforms._deploy_outputs import Output, Outputs
from protogen.transforms._deploy_walk import Walk, samples_proposals
from protogen.transforms._predictions import MEASURES, Prediction, ancestors, label_names
from protogen.transforms._training_net import TrainingNet, losses_of

__all__ = ["report_lines"]

#: How many layers of one line are named.
_NAMED = 4

#: Why layers go, in the order of the report.
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
    """A layer that is gone, and a key of the reasons above."""

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
    """The lines: inputs, outputs, layers that are gone, fields that are gone.

    ``added`` are the new layers that compute an output, by its place in the list; ``cleared``
    counts the layers that have lost each kind of field.
    """
    lines = [line for each in inputs for line in _input_lines(each)]
    for index, output in enumerate(outputs.list):
        name = added[index][-1]["name"] if index in added else ""
        lines.append(_output_line(output, name))
    for head in outputs.auxiliary:
        lines.append(f'cut the auxiliary head of "{head.loss.name}" (weight {head.weight:g})')
    for head in outputs.intermediate:
        lines.append(
            f'"{head.blob}", which "{head.loss.name}" trains, is no output: another output is'
            " computed from it"
        )
    lines += _removed_lines(_removed(training, outputs.auxiliary, walk))
    for name, number in cleared.items():
        if number:
            lines.append(f"removed {name} from {plural(number, 'layer')}")
    return lines


def _input_lines(found: DeployInput) -> Iterator[str]:
    line = f'input "{found.blob}" {format_shape(found.shape)}'
    if found.layer:
        line += f', in place of layer "{found.layer}" ({found.type})'
    yield f"{line}: {found.reason}" if found.reason else line
    if found.transform:
        yield f'before you fill "{found.blob}": {found.transform}, as "{found.layer}" did'


def _output_line(output: Output, name: str) -> str:
    head = output.head
    if head is None:
        return f'output "{output.blobs[0]}"'
    loss = f'"{head.loss.name}" ({head.loss.type})'
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
    for reason, words in _REASONS.items():
        layers = [each for each in removed if each.reason == reason]
        if not layers:
            continue
        named = list(dict.fromkeys(f'"{each.name}" ({each.type})' for each in layers))
        more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
        yield f"removed {', '.join(named[:_NAMED])}{more}: {words}"


def _removed(training: TrainingNet, cut: Sequence[Prediction], walk: Walk) -> list[_Removed]:
    """The layers that are gone, each with its reason."""
    values = training.analysis.values
    kept = {step.index for step in walk.kept}
    running = {step.index: step for step in training.analysis.steps}
    heads = ancestors(values[name] for head in cut for name in head.blobs)
    labels = {name for loss in training.losses for name in label_names(loss, training.analysis)}
    reasons = {step.index: "label" for step in ancestors(values[n] for n in labels if n in values)}
    reasons.update((step.index, "auxiliary") for step in heads)
    for analysis in training.analyses:
        reasons.update((step.index, "loss") for step in losses_of(analysis))
    found = []
    for index, layer in enumerate(training.message.layer):
        if index in kept:
            continue
        reason = reasons.get(index, "unread")
        if not layer.bottom:
            reason = "data"
        elif layer.type in MEASURES:
            reason = "measure"
        elif reason != "loss":
            reason = _reason_of_step(running.get(index), walk) or reason
        found.append(_Removed(layer.name, layer.type, reason))
    return found


def _reason_of_step(step: Step | None, walk: Walk) -> str:
    if step is None:
        return "phase"
    if samples_proposals(step):
        return "proposals"
    return "copy" if walk.only_copies(step) else ""
