"""Whether a target needs the deploy net of a net, and what is left out of that."""

from __future__ import annotations

from collections.abc import Iterable

from protogen import layers as layer_types
from protogen import proto
from protogen.analysis import Analysis
from protogen.graph import Value
from protogen.shapes import Shape, is_known
from protogen.targets import Target

__all__ = ["FUNCTIONS", "MEASURES", "can_deploy", "is_left_out", "needs_deploy_net", "reads_data"]

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
    if not target.has_type("Data"):  # it is no Caffe that trains
        if any(map(reads_data, net.layer)):
            return True
        losses = [layer for layer in net.layer if _is_loss(layer)]
        if not all(target.has_type(layer.type) for layer in losses):
            return can_deploy(target, net, analyses)
    if target.phases is None or target.phases.rules == "honors":
        return False
    return any(layer.include or layer.exclude for layer in net.layer)


def can_deploy(target: Target, net: proto.NetParameter, analyses: Iterable[Analysis]) -> bool:
    """Whether a net says what it predicts and from what, and the target has what is added."""
    steps = [step for analysis in analyses for step in analysis.steps]
    losses = [step for step in steps if step.is_loss and step.bottoms]
    predicting = [step for step in losses if any(map(_is_computed, step.bottoms))]
    if not predicting and (losses or any(map(reads_data, net.layer))):
        return False
    for loss in predicting:
        function, _ = FUNCTIONS.get(loss.type, ("", ""))
        if function and not target.has_type(function):
            return False
    sources = [step for step in steps if step.is_source and step.tops]
    sized = {step.tops[0].name for step in sources if _has_size(step.tops[0].shape)}
    return sized == {step.tops[0].name for step in sources}


def _has_size(shape: Shape) -> bool:
    """Whether an input has a size; its batch, and the channels of images, may be unknown."""
    if shape is None:
        return False
    return is_known(shape[2:] if len(shape) == 4 else shape[1:])


def _is_computed(value: Value | None) -> bool:
    """Whether a blob is not one of the data."""
    return value is not None and not value.step.is_source


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
