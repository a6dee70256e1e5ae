"""The outputs of a deploy net: which they are, and the layers that compute them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from protogen import proto
from protogen.analysis import Analysis
from protogen.diagnostics import Diagnostic, ProtogenError
from protogen.graph import Step, Value
from protogen.transforms._deploy_findings import (
    equal_predictions,
    no_loss,
    unknown_output,
    unknown_prediction,
)
from protogen.transforms._predictions import (
    MEASURES,
    Prediction,
    auxiliary,
    equal_heads,
    intermediate,
    predictions,
    side_outputs,
)
from protogen.transforms._training_net import TrainingNet

__all__ = ["Output", "Outputs", "output_layers", "output_name"]

# The MultiBoxLoss does not say which boxes to keep. These are the values of SSD's own scripts.
# (source: weiliu89/caffe, branch ssd: examples/ssd/ssd_pascal.py)
_NMS_THRESHOLD, _NMS_TOP_K, _KEEP_TOP_K, _CONFIDENCE = 0.45, 400, 200, 0.01


@dataclass(frozen=True)
class Output:
    """An output of the deploy net: a head, or only a blob.

    ``step`` is a layer that computes the prediction already, such as a Softmax beside the loss.
    """

    blobs: tuple[str, ...]
    head: Prediction | None = None
    step: Step | None = None

    @property
    def function(self) -> str:
        """The type of the layer to add; empty if none is."""
        if self.head is None or self.step is not None:
            return ""
        return self.head.function

    def values(self, analysis: Analysis) -> list[Value]:
        """The values of the training net that the output is, or is computed from."""
        if self.step is not None:
            return [self.step.tops[0]]
        return [analysis.values[name] for name in self.blobs]


class Outputs:
    """The outputs of the deploy net of a training net.

    ``wanted`` names them; or else they are those of all losses except ``auxiliary`` heads, and
    ``intermediate`` ones that another output is computed from.
    """

    def __init__(self, training: TrainingNet, wanted: Sequence[str], *, probability: bool) -> None:
        self.training = training
        self.probability = probability
        self.auxiliary: list[Prediction] = []
        self.intermediate: list[Prediction] = []
        self.warnings: list[Diagnostic] = []
        heads = predictions(training.losses, training.analysis)
        self.list: list[Output] = []
        # What the user names is an output, whatever the losses say.
        if wanted:
            for name in wanted:
                self.list += self._named(name, heads)
        elif heads and not training.has_deploy_state:
            self.list += map(self._output, self._chosen(heads))
        else:
            self.list += self._ends(heads)

    def _chosen(self, heads: list[Prediction]) -> list[Prediction]:
        """The heads to deploy. Raises `ProtogenError` if only the user can choose among them."""
        analysis = self.training.analysis
        self.intermediate = intermediate(heads, analysis)
        heads = _without(heads, self.intermediate)
        # Side outputs count as much as what is computed from them, so they are no candidates.
        last = _without(heads, side_outputs(heads, analysis))
        self.auxiliary = auxiliary(last, analysis)
        last = _without(last, self.auxiliary)
        equal = equal_heads(last)
        if equal:
            raise ProtogenError(self.training.place(equal_predictions(equal, last)))
        return _without(heads, self.auxiliary)

    def _output(self, head: Prediction) -> Output:
        """The output of a head, with the layer that computes its prediction already, if any."""
        if not self.probability:
            head = replace(head, function="")
        # The output of a loss of an unknown type is what is left without it.
        if not head.known:
            self.warnings.append(self.training.place(unknown_prediction(head)))
        step = None
        if head.function:
            step = _existing_layer(head, self.training.analysis)
        return Output(head.blobs, head, step)

    def _named(self, name: str, heads: list[Prediction]) -> list[Output]:
        """The outputs that a user's name stands for: those of a loss, or a blob."""
        named = _of_loss(name, heads)
        if not named:
            named = [head for head in heads if head.blob == name]
        if named:
            return list(map(self._output, named))
        blobs = self.training.analysis.values
        if name not in blobs:
            losses = [head.loss.name for head in heads]
            known = dict.fromkeys([*blobs, *losses])
            raise ProtogenError(self.training.place(unknown_output(name, list(known))))
        # A blob that no loss reads becomes an output unchanged.
        return [Output((name,))]

    def _ends(self, heads: list[Prediction]) -> list[Output]:
        """The outputs of a net that is used as it is in TEST: the blobs that no layer reads.

        Where the loss of training reads such a blob, its prediction is the output.
        """
        unread = self._unread()
        ends = []
        for head in self._chosen(heads):
            if head.blob in unread:
                ends.append(self._output(head))
        predicted: set[str] = set()
        for head in heads:
            predicted.update(head.blobs)
        for name in unread:
            if name not in predicted:
                ends.append(Output((name,)))
        return ends

    def _unread(self) -> list[str]:
        """The blobs that no layer reads, of a net that gets its data from its caller."""
        unread = []
        for value in self.training.analysis.graph.outputs():
            if value.step.type not in MEASURES and not value.step.is_source:
                unread.append(value.name)
        # With a data layer, what nothing reads may be left over from training.
        is_deployed = self.training.fed_by_caller or self.training.has_deploy_state
        if not unread or not is_deployed:
            raise ProtogenError(self.training.place(no_loss(unread)))
        return unread


def _existing_layer(head: Prediction, analysis: Analysis) -> Step | None:
    """A layer that computes the prediction already."""
    wanted = 1 if head.axis is None else head.axis
    for step in analysis.values[head.blob].readers:
        # In place it would overwrite the scores, which the loss reads.
        if step.type != head.function or step.in_place:
            continue
        # The others compute each element by itself.
        axis = step.layer.softmax_param.axis if step.type == "Softmax" else 1
        if axis == wanted:
            return step
    return None


def _of_loss(name: str, heads: Sequence[Prediction]) -> list[Prediction]:
    """The heads of the loss with this name, or with a top with this name."""
    found = []
    for head in heads:
        loss = head.loss
        if name == loss.name or name in loss.wiring.tops:
            found.append(head)
    return found


def _without(heads: Sequence[Prediction], others: Collection[Prediction]) -> list[Prediction]:
    return [head for head in heads if head not in others]


# The layers to add -------------------------------------------------------------------------------


def output_name(head: Prediction, heads: int, taken: Collection[str]) -> str:
    """The name of a new output: ``prob`` if there is one head, ``detection_out`` of SSD."""
    if head.function == "DetectionOutput":
        name = "detection_out"
    else:
        name = "prob" if heads == 1 else f"{head.blob}_prob"
    # A training net may have its Softmax under this name already.
    while name in taken:
        name = f"{head.blob}_prob" if name == "prob" else f"{name}_"
    return name


def output_layers(head: Prediction, name: str) -> list[dict[str, Any]]:
    """The fields of the layers to add for a head."""
    if head.function == "DetectionOutput":
        return _detection_layers(head, name)
    layer: dict[str, Any] = {
        "name": name,
        "type": head.function,
        "bottom": [head.blob],
        "top": [name],
    }
    # Only a Softmax has an axis: that of a Sigmoid would mean nothing.
    if head.axis is not None:
        layer["softmax_param"] = {"axis": head.axis}
    return [layer]


def _detection_layers(head: Prediction, name: str) -> list[dict[str, Any]]:
    """SSD: the confidences become probabilities of each class, from which boxes are chosen."""
    # As SSD's scripts write them: without these layers, the confidences are raw scores.
    loss = head.loss.layer.multibox_loss_param
    location, confidence, priors = head.blobs
    if loss.conf_loss_type == proto.MultiBoxLossParameter.LOGISTIC:
        layers = [_step(confidence, "sigmoid", "Sigmoid")]
    else:
        shape = {"dim": [0, -1, loss.num_classes]}
        reshape = _step(confidence, "reshape", "Reshape", reshape_param={"shape": shape})
        softmax = _step(confidence, "softmax", "Softmax", softmax_param={"axis": 2})
        flatten = _step(confidence, "flatten", "Flatten", flatten_param={"axis": 1})
        softmax["bottom"], flatten["bottom"] = reshape["top"], softmax["top"]
        layers = [reshape, softmax, flatten]
    bottoms = [location, layers[-1]["top"][0], priors]
    layers.append(
        {
            "name": name,
            "type": "DetectionOutput",
            "bottom": bottoms,
            "top": [name],
            "detection_output_param": _detection_parameters(loss),
        }
    )
    return layers


def _step(confidence: str, what: str, layer_type: str, **fields: Any) -> dict[str, Any]:
    name = f"{confidence}_{what}"
    return {"name": name, "type": layer_type, "bottom": [confidence], "top": [name], **fields}


def _detection_parameters(loss: Any) -> dict[str, Any]:
    """What the loss says of the boxes, and SSD's own values for what it does not."""
    # The boxes are coded as in training, or they would be decoded to other places.
    given = {
        "num_classes": loss.num_classes,
        "share_location": loss.share_location,
        "background_label_id": loss.background_label_id,
        "nms_param": {"nms_threshold": _NMS_THRESHOLD, "top_k": _NMS_TOP_K},
        "code_type": loss.code_type,
        "keep_top_k": _KEEP_TOP_K,
        "confidence_threshold": _CONFIDENCE,
    }
    if loss.encode_variance_in_target:
        given["variance_encoded_in_target"] = True
    return given
