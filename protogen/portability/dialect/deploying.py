"""Whether a target needs the deploy net of a net, and what is left out of that."""

from __future__ import annotations

from collections.abc import Iterable

from protogen import layers as layer_types
from protogen import proto
from protogen.analysis import Analysis
from protogen.graph import Step, Value
from protogen.shapes import Shape, is_known
from protogen.targets import Target

__all__ = [
    "FUNCTIONS",
    "MEASURES",
    "can_deploy",
    "is_left_out",
    "losses_of",
    "needs_deploy_net",
    "reads_data",
]

#: The types that measure how good a prediction is, for whoever trains the net.
MEASURES = ("Accuracy", "DetectionEvaluate", "SegAccuracy")

#: The losses that compute a function of their first bottom before they compare it with the labels:
#: the type of that function, and the message of the loss that holds its axis.
FUNCTIONS = {
    "FocalLoss": ("Softmax", "softmax_param"),
    "InfogainLoss": ("Softmax", "infogain_loss_param"),
    "SigmoidCrossEntropyLoss": ("Sigmoid", ""),
    "SoftmaxWithLoss": ("Softmax", "softmax_param"),
    "SoftmaxWithLossOHEM": ("Softmax", "softmax_param"),
}


def needs_deploy_net(target: Target, net: proto.NetParameter, analyses: Iterable[Analysis]) -> bool:
    """Whether a target has no layers to read data or to train, or ignores phases.

    ``analyses`` are those of the phases of the net.
    """
    # A target with Data layers is a Caffe, which reads its data and trains by itself.
    if not target.has_type("Data"):
        if any(map(reads_data, net.layer)):
            return True
        losses = {layer.type for layer in net.layer if _is_loss(layer)}
        if not all(map(target.has_type, losses)):
            return can_deploy(target, net, analyses)
    # If the layers of both phases are in one net, two of them produce the same blob.
    return target.ignores_phases and any(map(_has_rule, net.layer))


def can_deploy(target: Target, net: proto.NetParameter, analyses: Iterable[Analysis]) -> bool:
    """Whether a net says what it predicts and from what, and the target has what is added."""
    steps: list[Step] = []
    losses: list[Step] = []
    for analysis in analyses:
        steps += analysis.steps
        losses += losses_of(analysis)
    if not _are_sources_sized(steps):
        return False
    predicting = list(filter(_reads_prediction, losses))
    if predicting:
        return _has_functions(target, predicting)
    # Without any loss, and with an input, it is a deploy net already.
    return not losses and not any(map(reads_data, net.layer))


def losses_of(analysis: Analysis) -> list[Step]:
    """The losses that run in a phase, and have something to compare."""
    found = []
    for step in analysis.steps:
        # A loss whose bottoms are missing in the text says nothing.
        if step.is_loss and step.bottoms:
            found.append(step)
    return found


def _has_functions(target: Target, losses: Iterable[Step]) -> bool:
    """Whether a target has the functions that losses leave behind in a deploy net."""
    types = {loss.type for loss in losses}
    functions = [FUNCTIONS[each][0] for each in types & FUNCTIONS.keys()]
    return all(map(target.has_type, functions))


def _are_sources_sized(steps: Iterable[Step]) -> bool:
    """Whether each input of the net has a size."""
    sized: dict[str, bool] = {}
    for step in steps:
        if not step.is_source or not step.tops:
            continue
        # The later tops are labels.
        data = step.tops[0]
        # The data of TRAIN and of TEST are one input; it is enough that one of them has a size.
        sized[data.name] = _has_size(data.shape) or sized.get(data.name, False)
    return all(sized.values())


def _has_size(shape: Shape) -> bool:
    """Whether an input has a size; its batch, and the channels of images, may be unknown."""
    if shape is None:
        return False
    return is_known(shape[2:] if len(shape) == 4 else shape[1:])


def _reads_prediction(loss: Step) -> bool:
    """Whether a loss has a bottom that is computed, unlike labels and other data."""
    return any(map(_is_computed, loss.bottoms))


def _is_computed(value: Value | None) -> bool:
    """Whether a blob is not one of the data."""
    return value is not None and not value.step.is_source


def _has_rule(layer: proto.LayerParameter) -> bool:
    """Whether a layer runs in some phases, levels or stages only."""
    return bool(layer.include or layer.exclude)


def is_left_out(layer: proto.LayerParameter) -> bool:
    """Whether a deploy net does without a layer, because it reads data or is of use to training."""
    return _is_loss(layer) or layer.type in MEASURES or reads_data(layer)


def _is_loss(layer: proto.LayerParameter) -> bool:
    schema = layer_types.find(layer.type)
    return schema is not None and schema.loss


def reads_data(layer: proto.LayerParameter) -> bool:
    """Whether a layer brings data into the net, other than an input that the caller fills."""
    is_source = bool(layer.top) and not layer.bottom
    return is_source and layer.type not in ("Input", "Parameter", "PriorBox")
