"""What a training net predicts: read from its losses, and chosen among several heads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from protogen.analysis import Analysis
from protogen.graph import Step, Value
from protogen.portability.dialect.deploying import FUNCTIONS, MEASURES
from protogen.schema import LayerSchema

__all__ = [
    "MEASURES",
    "Prediction",
    "ancestors",
    "auxiliary",
    "equal_heads",
    "intermediate",
    "label_blobs",
    "label_names",
    "predictions",
    "side_outputs",
]

#: The losses whose prediction is a bottom as it is: how many of the first bottoms it may be. Of two
#: bottoms that are compared with each other, either may hold the labels.
_PLAIN = {
    "CenterLoss": 1,
    "ContrastiveLoss": 2,
    "EuclideanLoss": 2,
    "HingeLoss": 1,
    "L1Loss": 2,
    "MultinomialLogisticLoss": 1,
    "SmoothL1Loss": 1,
    "SmoothL1LossOHEM": 1,
    "TripletLoss": 3,
}


@dataclass(frozen=True)
class Prediction:
    """One head of a net: the blobs that a loss compares with labels, and what it computes of them.

    ``function`` is the type of the layer that computes the prediction: Softmax, Sigmoid,
    DetectionOutput, or empty if the blob is the prediction itself. ``known`` is whether that is a
    fact about the loss, not only what is left without it. ``labels`` are the blobs that the labels
    come from.
    """

    loss: Step
    blobs: tuple[str, ...]
    function: str = ""
    axis: int | None = None
    weight: float = 1.0
    labels: tuple[str, ...] = ()
    known: bool = True

    @property
    def blob(self) -> str:
        """The first of the blobs."""
        return self.blobs[0]

    @property
    def kind(self) -> tuple[str, str, tuple[str, ...]]:
        """What two heads have in common that predict the same thing."""
        return self.loss.type, self.function, self.labels


def predictions(losses: Iterable[Step], analysis: Analysis) -> list[Prediction]:
    """What each loss predicts, once for each set of blobs that the net produces.

    ``losses`` may run in another phase than the net of ``analysis``, in which their bottoms are
    looked up by name. A head that is missing there is not one to deploy.
    """
    found: dict[Any, Prediction] = {}
    for loss in losses:
        for head in _heads(loss, analysis):
            key = head.blobs, head.function, head.axis
            # Of two losses on one blob, the one that counts more says what it predicts.
            kept = found.get(key)
            if kept is not None and kept.weight >= head.weight:
                continue
            found[key] = head
    return list(found.values())


def _heads(loss: Step, analysis: Analysis) -> Iterator[Prediction]:
    """The heads of a loss, of which several bottoms may be predictions."""
    function, heads = _predicted(loss, analysis)
    predicted = set().union(*heads)
    labels = []
    for name in loss.wiring.bottoms:
        if name not in predicted:
            labels.append(_root(name, analysis, loss))
    for blobs in heads:
        # A loss of TRAIN may read blobs that the net does not have in TEST.
        is_produced = analysis.values.keys() >= set(blobs)
        if not blobs or not is_produced:
            continue
        yield Prediction(
            loss,
            blobs,
            function,
            axis=_axis(loss),
            weight=max(loss.layer.loss_weight, default=1.0),
            labels=tuple(labels),
            known=bool(function) or loss.type in _PLAIN,
        )


def _predicted(loss: Step, analysis: Analysis) -> tuple[str, list[tuple[str, ...]]]:
    """The function that a loss computes of its predictions, and the blobs of each of them."""
    names = loss.wiring.bottoms
    if loss.type == "MultiBoxLoss":
        # SSD's loss and its DetectionOutput read the same three blobs in the same order.
        locations_confidences_priors = tuple(names[:3])
        return "DetectionOutput", [locations_confidences_priors]
    if loss.type in FUNCTIONS:
        function, _ = FUNCTIONS[loss.type]
        return function, [tuple(names[:1])]
    # Any bottom of an unknown loss may be a prediction.
    candidates = names[: _PLAIN.get(loss.type, len(names))]
    return "", [(name,) for name in candidates if _is_learned(name, analysis)]


def label_names(loss: Step, analysis: Analysis) -> list[str]:
    """The bottoms of a loss that are not predictions."""
    names = list(loss.wiring.bottoms)
    either = _PLAIN.get(loss.type, 1)
    if either == 1:
        return names[1:]
    # What the net does not learn is what it is compared with.
    compared = [name for name in names[:either] if not _is_learned(name, analysis)]
    return compared + names[either:]


def _axis(loss: Step) -> int | None:
    """The axis of the classes, if it is not the second one."""
    _, message = FUNCTIONS.get(loss.type, ("", ""))
    if not message:
        return None
    axis: int = getattr(loss.layer, message).axis
    # The default of a Softmax is not written.
    return None if axis == 1 else axis


def _is_learned(name: str, analysis: Analysis) -> bool:
    """Whether a blob depends on a layer that learns."""
    value = analysis.values.get(name)
    if value is None:
        return False
    return any(map(_learns, ancestors([value])))


def _learns(step: Step) -> bool:
    """Whether a layer of this type has learnable blobs, whatever its shapes are."""
    schema = step.schema
    # Of the layers without bottoms, only a Parameter has a blob that training changes.
    if not step.wiring.bottoms:
        return step.type == "Parameter"
    if schema is None:
        # An unknown type may learn anything.
        return True
    declares_blobs = type(schema).blob_shapes is not LayerSchema.blob_shapes
    return declares_blobs or bool(step.layer.param)


def _root(name: str, analysis: Analysis, loss: Step) -> str:
    """The blob that labels come from: back through layers with one bottom and one top.

    A Slice of the labels has several tops, which are different labels.
    """
    # The loss may run in another phase, with another data layer.
    own = dict(zip(loss.wiring.bottoms, loss.bottoms))
    value = analysis.values.get(name, own.get(name))
    while value is not None:
        name = value.name
        value = _only_bottom(value.step)
    return name


def _only_bottom(step: Step) -> Value | None:
    """The bottom of a layer that has one bottom and one top."""
    if len(step.bottoms) != 1 or len(step.tops) != 1:
        return None
    return step.bottoms[0]


def ancestors(values: Iterable[Value]) -> set[Step]:
    """The layers that these values depend on, including those that produce them."""
    found: set[Step] = set()
    waiting = [value.step for value in values]
    # A loop, because a deep net would need more levels of recursion than Python has.
    while waiting:
        step = waiting.pop()
        if step in found:
            continue
        found.add(step)
        waiting += [value.step for value in step.bottoms if value is not None]
    return found


def label_blobs(analyses: Iterable[Analysis], losses: Iterable[Step]) -> set[str]:
    """The tops of data layers, after the first, that losses and measures read as labels."""
    analyses = list(analyses)
    read: set[str] = set()
    for loss in losses:
        read.update(loss.wiring.bottoms[1:])
    for analysis in analyses:
        for step in analysis.of_type(*MEASURES):
            read.update(step.wiring.bottoms[1:])
    return read & _later_tops(analyses)


def _later_tops(analyses: Iterable[Analysis]) -> set[str]:
    """The tops of data layers after the first, which is the data itself.

    An Input may have any blobs as tops, in any order.
    """
    found: set[str] = set()
    for analysis in analyses:
        for step in analysis.steps:
            if not step.bottoms and step.type != "Input":
                found.update(step.wiring.tops[1:])
    return found


# Which heads are to be deployed ------------------------------------------------------------------


def intermediate(heads: Sequence[Prediction], analysis: Analysis) -> list[Prediction]:
    """The heads that another prediction is computed from, and that are not predictions themselves.

    The side outputs of HED are probabilities of the same labels with the same weight, so they count
    as much as their fusion.
    """
    found = []
    for head, later in _later_heads(heads, analysis):
        if not later:
            continue
        if not any(_counts_as(head, other) for other in later):
            found.append(head)
    return found


def side_outputs(heads: Sequence[Prediction], analysis: Analysis) -> list[Prediction]:
    """The heads that another one is computed from."""
    return [head for head, later in _later_heads(heads, analysis) if later]


def _later_heads(
    heads: Sequence[Prediction], analysis: Analysis
) -> Iterator[tuple[Prediction, list[Prediction]]]:
    """Each head with those that are computed from it."""
    depends = {id(head): ancestors(_values(head, analysis)) for head in heads}
    for head in heads:
        steps = {value.step for value in _values(head, analysis)}
        later = []
        for other in heads:
            # Two losses on one blob are computed from each other in neither direction.
            is_other = other.blobs != head.blobs
            if is_other and steps <= depends[id(other)]:
                later.append(other)
        yield head, later


def _counts_as(head: Prediction, other: Prediction) -> bool:
    """Whether a head is a prediction as much as another one that is computed from it."""
    is_class_score = head.function in ("Sigmoid", "Softmax")
    if not is_class_score or head.kind != other.kind:
        return False
    return head.weight >= other.weight


def auxiliary(heads: Sequence[Prediction], analysis: Analysis) -> list[Prediction]:
    """The heads that only help another one to train, such as the first two of GoogLeNet.

    Such a head predicts the same labels by the same loss, leaves the net earlier, and has a smaller
    weight. A head of class scores needs no smaller weight, because the last one is the best. The
    scales of a detector and the maps of a Sigmoid all count.
    """
    # How deep a head is, by the layers that learn: GoogLeNet's second head is later than its first.
    depth = {}
    for head in heads:
        steps = ancestors(_values(head, analysis))
        depth[id(head)] = sum(map(_learns, steps))
    found = []
    for head in heads:
        deeper = [other for other in heads if depth[id(head)] < depth[id(other)]]
        if any(_helps(head, other) for other in deeper):
            found.append(head)
    return found


def _helps(head: Prediction, other: Prediction) -> bool:
    """Whether a head predicts what a deeper one does, and counts less or is a class score."""
    if head.kind != other.kind:
        return False
    if head.function == "Softmax":
        return head.weight <= other.weight
    return head.weight < other.weight


def equal_heads(heads: Sequence[Prediction]) -> list[Prediction]:
    """The heads of the first group that predicts the same labels by the same loss.

    The bottoms of one loss are equal only if it is known to compare them, as for Siamese twins.
    """
    groups: dict[Any, list[Prediction]] = {}
    for head in heads:
        groups.setdefault(head.kind, []).append(head)
    # The first group is enough: the user has to choose before the others matter.
    for group in groups.values():
        if len(group) == 1:
            continue
        losses = {head.loss.name for head in group}
        if len(losses) > 1 or group[0].known:
            return group
    return []


def _values(head: Prediction, analysis: Analysis) -> list[Value]:
    return [analysis.values[name] for name in head.blobs]
