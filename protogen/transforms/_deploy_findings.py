"""What a deploy transform has to ask, and its warnings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from protogen.diagnostics import Diagnostic, Severity, did_you_mean, plural
from protogen.graph import Step
from protogen.net import Net
from protogen.rules import named
from protogen.shapes import Shape, format_shape
from protogen.transforms._deploy_inputs import DeployInput
from protogen.transforms._predictions import Prediction

__all__ = [
    "assumed_channels",
    "batch_norms",
    "equal_predictions",
    "idle_input",
    "needed_label",
    "no_loss",
    "other_weights",
    "unknown_layer",
    "unknown_output",
    "unknown_prediction",
    "unknown_shape",
    "untrained",
]


def _found(message: str, step: Step | None = None, **about: Any) -> Diagnostic:
    if step is not None:
        about = {**about, "layer": step.name, "type": step.type, "layer_index": step.index}
    return named("deploy-net").diagnostic(message, **about)


def _warning(message: str, step: Step, **about: Any) -> Diagnostic:
    return _found(message, step, severity=Severity.WARNING, **about)


# Questions ---------------------------------------------------------------------------------------


def no_loss(unread: Sequence[str]) -> Diagnostic:
    """The net has no loss; ``unread`` are the blobs that may be its outputs."""
    hint = ""
    # What nothing reads is an output of the net as it is.
    if unread:
        hint = f"name the outputs: --outputs {','.join(unread)}"
    message = "the net has no loss, so it does not say what it predicts"
    return _found(message, hint=hint)


def equal_predictions(equal: Sequence[Prediction], heads: Sequence[Prediction]) -> Diagnostic:
    """Several heads predict the same, and none is auxiliary."""
    names = [head.blob for head in equal]
    # Two losses may predict by one blob.
    every = dict.fromkeys(head.blob for head in heads)
    return _found(
        f"the net has {len(equal)} equal predictions of the same labels: {_listed(names)}",
        equal[-1].loss,
        why="a head is auxiliary if it leaves the net earlier, and its weight is not greater",
        hint=f"name those to keep: --outputs {names[-1]}, or all: --outputs {','.join(every)}",
    )


def unknown_output(name: str, known: Sequence[str]) -> Diagnostic:
    """An output that the caller names does not exist."""
    message = f'the output "{name}" is not a blob of the net in TEST, nor a loss'
    # A deep net has hundreds of blobs, and its predictions are at the end.
    hint = did_you_mean(name, known) or f"the last blobs and losses are {_listed(known[-8:])}"
    return _found(message, hint=hint)


def other_weights(name: str, shape: Shape, trained: Shape, inputs: Iterable[str]) -> Diagnostic:
    """With the input that the caller gives, a layer needs weights of another shape."""
    return _found(
        f'layer "{name}" needs weights of {format_shape(shape)}, but the training net learns'
        f" {format_shape(trained)}",
        why=f"the shape follows from the input {', '.join(inputs)}",
        hint="give an input with the channels and the size of training",
    )


def unknown_layer(name: str, known: Sequence[str]) -> Diagnostic:
    """The caller asks to keep a type or a layer that the net does not have."""
    message = f'cannot keep "{name}": no layer has this type or name'
    return _found(message, hint=did_you_mean(name, known))


def idle_input(name: str, needed: Sequence[str]) -> Diagnostic:
    """The caller gives a shape that nothing needs."""
    message = f'the outputs do not depend on the input "{name}"'
    return _found(message, hint=f"the inputs are {_listed(needed)}")


def needed_label(label: str, reader: Step) -> Diagnostic:
    """A layer that is to be kept reads a label."""
    hint = f"make it an input: --input {label}=1"
    others = [name for name in reader.wiring.bottoms if name != label]
    if others:
        # The layer is probably a metric, so its other bottoms are the prediction.
        hint = f"leave the layer out: --outputs {','.join(others)}; or {hint}"
    return _found(
        f'the prediction needs the label "{label}", which does not exist when the net is used',
        reader,
        hint=hint,
    )


def unknown_shape(found: DeployInput) -> Diagnostic:
    """An input with a shape that no field states."""
    return _about_input(
        found,
        f'the shape of the input "{found.blob}" is unknown: {format_shape(found.shape)}',
        hint=f"give it: {found.option}",
    )


# Warnings ----------------------------------------------------------------------------------------


def unknown_prediction(head: Prediction) -> Diagnostic:
    """The function that a loss computes of its bottom is unknown."""
    return _warning(
        f'what it computes from "{head.blob}" is unknown, so "{head.blob}" itself is an output',
        head.loss,
        hint="add the layers that turn it into a prediction",
    )


def assumed_channels(found: DeployInput) -> Diagnostic:
    """The height and the width of images are known, and they are assumed to be color images."""
    batch, _, *size = found.shape or (1, 3)
    gray = format_shape((batch, 1, *size))
    return _about_input(
        found,
        f'the input "{found.blob}" is assumed to be color images: {format_shape(found.shape)}',
        why="the layer states the height and the width; only its data has the channels",
        hint=f"for gray images: --input {found.blob}={gray}",
        severity=Severity.WARNING,
    )


def _about_input(found: DeployInput, message: str, **about: Any) -> Diagnostic:
    return named("deploy-net").diagnostic(
        message, layer=found.layer, type=found.type, layer_index=found.layer_index, **about
    )


def batch_norms(kept: Iterable[Step]) -> Iterator[Diagnostic]:
    """Layers that normalize by the statistics of a batch, also in TEST."""
    # The layers to keep are a set; findings have the order of the net.
    steps = sorted(kept, key=lambda step: step.index)
    flagged = [step for step in steps if _uses_batch(step)]
    if flagged:
        yield _warning(
            f"use_global_stats: false{_more(flagged)} is removed, so that TEST uses the accumulated"
            " statistics",
            flagged[0],
            why="with false, the prediction for an image depends on the other images in its batch",
        )
    segnet = [step for step in steps if _is_segnet_batch_norm(step)]
    if segnet:
        yield _warning(
            f"the mode LEARN{_more(segnet)} normalizes by the batch, also in TEST",
            segnet[0],
            why="INFERENCE needs other weights, which compute_bn_statistics.py of SegNet computes",
            hint="run that program, and set bn_mode: INFERENCE in each BN",
        )


def _uses_batch(step: Step) -> bool:
    if step.type != "BatchNorm":
        return False
    # Without the field, Caffe uses the accumulated statistics in TEST, and the batch in TRAIN.
    param = step.layer.batch_norm_param
    return param.HasField("use_global_stats") and not param.use_global_stats


def _is_segnet_batch_norm(step: Step) -> bool:
    """Whether a BN is that of SegNet's fork, and in the mode that training needs."""
    if step.type != "BN":
        return False
    # Other forks have a BN with other fields; scale_filler is SegNet's.
    param = step.layer.bn_param
    return param.HasField("scale_filler") and param.bn_mode == param.LEARN


def untrained(net: Net, names: Iterable[str]) -> Diagnostic | None:
    """Layers of a deploy net that run in TEST only, if there are any.

    No caffemodel of the training net has weights for them. ``names`` are the layers of TRAIN.
    """
    trained = set(names)
    steps = []
    for step in net.analysis().steps:
        # A param may name a blob that another layer trains.
        if step.facts.blobs and step.name not in trained and not step.layer.param:
            steps.append(step)
    if not steps:
        return None
    found = _warning(
        f"runs in TEST only{_more(steps)}, so a caffemodel of the training net lacks its weights",
        steps[0],
        hint="give the layers of both phases the same name",
    )
    # The index is that of the deploy net, and the finding is placed in the training net.
    return replace(found, layer_index=-1)


def _more(steps: Sequence[Step]) -> str:
    if len(steps) == 1:
        return ""
    return f" (and {plural(len(steps) - 1, 'more layer')})"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
