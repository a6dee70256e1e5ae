"""What layers with several bottoms compare: which sizes, or numbers of elements, must be equal.

Each function repeats the order in which the rule of its layer type (in ``protogen.layers``) looks
at the bottoms, so that the first comparison that fails is the one that Caffe aborts on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from protogen import proto
from protogen.analysis import Analysis
from protogen.explanations.derivations import Place
from protogen.explanations.equations import equation
from protogen.graph import Step, Value

__all__ = ["Amount", "Comparison", "failing_comparisons", "shared_comparisons"]


@dataclass(frozen=True)
class Amount:
    """A size, or a number of elements: the product of the sizes of some axes and a number.

    Without places it is a number that the layer itself states; ``stated`` are its factors. With
    ``multiple_of`` any multiple of this would do, and the number is the nearest.
    """

    places: tuple[Place, ...]
    factor: Fraction = Fraction(1)
    stated: tuple[int, ...] = ()
    multiple_of: int = 0

    @property
    def value(self) -> Value | None:
        """The blob whose axes these are."""
        if self.places:
            return self.places[0].value
        return None

    @property
    def size(self) -> int | None:
        """The number; ``None`` if a size is unknown or the number is not an integer."""
        product = self.factor * math.prod(self.stated)
        for place in self.places:
            if place.size is None:
                return None
            product *= place.size
        # Some numbers of classes times boxes are no number of predictions.
        if product.denominator != 1:
            return None
        return product.numerator

    @property
    def is_axis(self) -> bool:
        """Whether it is simply the size of one axis."""
        return len(self.places) == 1 and self.factor == 1

    @property
    def equation(self) -> str:
        """``2 * 64 * 64 = 8192``, or ``896 / 4 * 2 = 448``; ``10`` for a single number."""
        assert self.size is not None
        sizes = [place.size for place in self.places]
        sizes += self.stated
        # Without an axis it is a scalar, which has one element.
        text = " * ".join(map(str, sizes)) or "1"
        # As SSD counts: 4 numbers make a prior box, which has a score for each class.
        divisor = self.factor.denominator
        if divisor != 1:
            text += f" / {divisor}"
        multiplier = self.factor.numerator
        if multiplier != 1:
            text += f" * {multiplier}"
        if text == str(self.size):
            return text
        return equation(text, self.size)


@dataclass(frozen=True)
class Comparison:
    """Two amounts that a layer requires to be equal, and what they count.

    With a ``margin`` the first must be at least as large as the second and the margin, as for a
    Crop with an offset.
    """

    what: str
    first: Amount
    second: Amount
    margin: int | None = None
    #: What the second amount counts, if that is something else.
    other_what: str = ""

    @property
    def values(self) -> list[Value]:
        """The blobs that are compared."""
        found: list[Value] = []
        for amount in (self.first, self.second):
            value = amount.value
            # A layer may read one blob twice.
            if value is not None and value not in found:
                found.append(value)
        return found

    @property
    def is_of_axes(self) -> bool:
        """Whether it compares the sizes of two axes, and not numbers of elements."""
        return self.first.is_axis and self.second.is_axis

    @property
    def fails(self) -> bool:
        """Whether the amounts are known, and are not as the layer requires."""
        first, second = self.first.size, self.second.size
        if first is None or second is None:
            return False
        return not self.holds(first, second)

    def is_like(self, other: Comparison) -> bool:
        """Whether both compare sizes of the same two blobs, such as heights and widths."""
        if self == other:
            return True
        if not self.is_of_axes or not other.is_of_axes:
            return False
        # By value, not by axis: a Scale compares axes with different numbers.
        mine = self.first.value, self.second.value
        theirs = other.first.value, other.second.value
        return mine == theirs

    def holds(self, first: int, second: int) -> bool:
        """Whether the layer accepts these amounts."""
        if self.margin is not None:
            return first >= second + self.margin
        return first == second


_Rule = Callable[[Step, Sequence[Value]], Iterator[Comparison]]


def failing_comparisons(step: Step) -> list[Comparison]:
    """The comparisons of a layer's bottoms that fail, in the order in which Caffe makes them."""
    rule = _RULES.get(step.type)
    if rule is None:
        return []
    # What is unknown cannot be compared.
    if None in step.bottom_shapes:
        return []
    bottoms = list(filter(None, step.bottoms))
    comparisons = rule(step, bottoms)
    try:
        return _failing(comparisons)
    except (IndexError, ValueError, ZeroDivisionError):
        # A layer with too few bottoms, or a bottom with too few axes, has another fault.
        return []


def _failing(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """Those that the layer rejects. Raises what the rule of a layer type raises."""
    found = []
    for comparison in comparisons:
        if comparison.fails:
            found.append(comparison)
    return found


def _axis(
    what: str, first: Value, second: Value, axis: int, other: int | None = None
) -> Comparison:
    """The sizes of an axis of two blobs, or of different axes."""
    if other is None:
        other = axis
    return Comparison(what, Amount((_place(first, axis),)), Amount((_place(second, other),)))


def _count(value: Value, start: int = 0) -> Amount:
    """The number of elements of a blob, or of each item of it."""
    return Amount(tuple(Place(value, axis) for axis in range(start, _axes(value))))


def _place(value: Value, axis: int) -> Place:
    """An axis of a blob, perhaps counted from the end; raises `IndexError` if it has none."""
    axes = _axes(value)
    # Blob::CanonicalAxisIndex checks the same.
    if not -axes <= axis < axes:
        raise IndexError(axis)
    return Place(value, axis % axes)


def _axes(value: Value) -> int:
    """The number of axes of a blob."""
    return len(value.shape or ())


# Equal shapes ----------------------------------------------------------------------------------


def _same_shape(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    first = bottoms[0]
    for other in bottoms[1:]:
        if _axes(other) != _axes(first):
            # That is another fault, and there is nothing to compare axis by axis.
            continue
        for axis in range(_axes(first)):
            yield _axis(_place(first, axis).name, first, other, axis)


def _concat(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    """All axes except the one that is joined."""
    param = step.layer.concat_param
    joined = param.axis
    if param.HasField("concat_dim"):  # the older field, which cannot be negative
        joined = param.concat_dim
    joined %= _axes(bottoms[0])
    for comparison in _same_shape(step, bottoms):
        (place,) = comparison.first.places
        if place.axis != joined:
            yield comparison


def _axpy(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    """A scale for each image and channel, and two blobs with the same shape."""
    scale, first, second = bottoms
    for axis in (0, 1):
        yield _axis(_place(first, axis).name, scale, first, axis)
    yield from _same_shape(step, [first, second])


def _scale(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    """The second bottom covers the axes of the first from ``axis`` on."""
    first, second = bottoms
    param = step.layer.scale_param if step.type == "Scale" else step.layer.bias_param
    start = param.axis % _axes(first)
    for axis in range(_axes(second)):
        place = _place(first, start + axis)
        yield _axis(place.name, first, second, place.axis, axis)


def _crop(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    """The first bottom must have room for the second at the offset."""
    whole, target = bottoms
    # The axes before it are not cropped, and not compared.
    start = step.layer.crop_param.axis % _axes(whole)
    offsets = list(step.layer.crop_param.offset) or [0]
    if len(offsets) == 1:  # one for all axes
        offsets *= _axes(whole) - start
    for axis, offset in enumerate(offsets, start):
        place = _place(whole, axis)
        yield Comparison(place.name, Amount((place,)), Amount((_place(target, axis),)), offset)


# Losses ----------------------------------------------------------------------------------------


def _batch(bottoms: Sequence[Value]) -> Comparison:
    return _axis("batch size", bottoms[0], bottoms[1], 0)


def _items(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    if step.type == "L1Loss":
        # Two forks have a type of this name. In one, which has the parameters, the labels may be
        # left out, and the layer subtracts its bottoms with an Eltwise.
        is_eltwise = step.layer.HasField("l1_loss_param") or len(bottoms) == 1
        if is_eltwise:
            yield from _same_shape(step, bottoms)
            return
    # EuclideanLossLayer::Reshape compares the counts from axis 1 on, after LossLayer the batches.
    yield _batch(bottoms)
    yield Comparison("element per item", _count(bottoms[0], 1), _count(bottoms[1], 1))


def _elements(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    # SigmoidCrossEntropyLossLayer::Reshape compares whole counts: 4x2x1 fits 4x1x2.
    yield _batch(bottoms)
    yield Comparison("element", _count(bottoms[0]), _count(bottoms[1]))


def _images(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    """Channels, height and width; an axis that a blob lacks counts as 1 and cannot be traced."""
    yield _batch(bottoms)
    first = bottoms[0]
    for other in bottoms[1:]:
        axes = min(_axes(first), _axes(other))
        for axis, name in zip(range(1, axes), ("channels", "height", "width")):
            yield _axis(name, first, other, axis)


def _channels(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    # ContrastiveLossLayer::LayerSetUp; height and width must be 1, which is another fault.
    yield _batch(bottoms)
    yield _axis("channels", bottoms[0], bottoms[1], 1)


#: The parameters in which a type states the axis of the classes itself.
_CLASS_AXES = {"Accuracy": "accuracy_param", "InfogainLoss": "infogain_loss_param"}


def _labels(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    """One label for each prediction, whose classes lie along an axis."""
    scores, labels = bottoms[:2]
    if step.type != "Accuracy":  # no LossLayer, which compares the batches first
        yield _batch(bottoms)
    # The losses read the axis from the parameters of the Softmax that is inside them.
    param = _CLASS_AXES.get(step.type, "softmax_param")
    predictions = list(_count(scores).places)
    predictions.remove(_place(scores, getattr(step.layer, param).axis))
    yield Comparison("prediction", Amount(tuple(predictions)), _count(labels), other_what="label")


# Detection -------------------------------------------------------------------------------------


def _detections(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    """Coordinates and class scores for each of the prior boxes, which have 4 numbers each."""
    locations, scores, priors = bottoms[:3]
    layer = step.layer
    param: proto.DetectionOutputParameter | proto.MultiBoxLossParameter
    param = layer.detection_output_param
    if step.type == "MultiBoxLoss":
        param = layer.multibox_loss_param
    classes = param.num_classes
    yield _batch(bottoms)
    boxes = (_place(priors, 2),)
    # Each class has its own box unless they share one. SSD shares, Faster R-CNN does not.
    coordinates = Fraction(1 if param.share_location else classes)
    yield Comparison(
        "location prediction", Amount((_place(locations, 1),)), Amount(boxes, coordinates)
    )
    yield Comparison(
        "confidence prediction",
        Amount((_place(scores, 1),)),
        Amount(boxes, Fraction(classes, 4)),
    )


def _position_scores(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    """A map of scores for each cell of a grid, for each channel of the top.  (R-FCN)"""
    param = step.layer.psroi_pooling_param
    group = param.group_size
    stated = Amount((), stated=(param.output_dim, group, group))
    yield Comparison("channel", Amount((_place(bottoms[0], 1),)), stated)


# Reshape ---------------------------------------------------------------------------------------


def _reshape(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    """The elements that are replaced, and those of ``shape``.

    A size that replaces itself by a 0 is left out of both. A -1 stands for the size that comes
    nearest to what fits.
    """
    (bottom,) = bottoms
    replaced = _replaced_axes(step, bottom)
    if replaced is None:
        return
    start, end = replaced
    dims = list(step.layer.reshape_param.shape.dim)
    axes = list(range(start, end))
    stated = []
    for axis, dim in enumerate(dims, start):
        if dim == 0:
            axes.remove(axis)  # raises ValueError for one that is not replaced
        else:
            stated.append(dim)
    elements = Amount(tuple(Place(bottom, axis) for axis in axes))
    multiple_of = 0
    if -1 in stated:
        stated.remove(-1)
        multiple_of = math.prod(stated)
        nearest = _nearest_size(elements.size, multiple_of)
        if not nearest:
            return
        # At the place of the -1, so that the equation reads as the field does.
        position = [dim for dim in dims if dim].index(-1)
        stated.insert(position, nearest)
    wanted = Amount((), stated=tuple(stated), multiple_of=multiple_of)
    yield Comparison("element", elements, wanted)


def _replaced_axes(step: Step, bottom: Value) -> tuple[int, int] | None:
    """The first axis that a Reshape replaces, and the one after the last."""
    param = step.layer.reshape_param
    axes = _axes(bottom)
    start = param.axis
    if start < 0:
        start += axes + 1  # -1 is after the last axis (source: ReshapeLayer::Reshape)
    end = start + param.num_axes
    if param.num_axes == -1:
        end = axes
    if 0 <= start <= end <= axes:
        return start, end
    return None


def _nearest_size(elements: int | None, others: int) -> int:
    """The size with which others have about so many elements; 0 if some size fits, or none does."""
    if not elements or not others:
        return 0
    if elements % others == 0:
        return 0
    # The quotient, rounded to the nearest integer without a float.
    return (2 * elements + others) // (2 * others)


_RULES: dict[str, _Rule] = {
    "Accuracy": _labels,
    "Axpy": _axpy,
    "Bias": _scale,
    "Concat": _concat,
    "ContrastiveLoss": _channels,
    "Convolution": _same_shape,
    "Crop": _crop,
    "Deconvolution": _same_shape,
    "DetectionOutput": _detections,
    "Eltwise": _same_shape,
    "EuclideanLoss": _items,
    "FocalLoss": _labels,
    "InfogainLoss": _labels,
    "L1Loss": _items,
    "MultiBoxLoss": _detections,
    "PSROIPooling": _position_scores,
    "Reshape": _reshape,
    "Scale": _scale,
    "SigmoidCrossEntropyLoss": _elements,
    "SmoothL1Loss": _images,
    "SmoothL1LossOHEM": _images,
    "SoftmaxWithLoss": _labels,
    "SoftmaxWithLossOHEM": _labels,
    "Upsample": _same_shape,
}


# Shared parameters -----------------------------------------------------------------------------


def shared_comparisons(analysis: Analysis, step: Step) -> list[Comparison]:
    """The bottoms of a layer and of one that it shares a parameter with, if their sizes decide it.

    An InnerProduct learns a weight for each element of its bottom, a Convolution for each channel.
    """
    names = _param_names(step)
    # The owner of a shared blob is the first layer, so it comes earlier.
    for other in analysis.steps[: analysis.steps.index(step)]:
        if other.type != step.type:
            continue
        shares = names & _param_names(other)
        if not shares:
            continue
        found = _failing(_shared(step, other))
        if found:
            return found
    return []


def _param_names(step: Step) -> set[str]:
    """The names under which a layer shares learnable blobs."""
    return {param.name for param in step.layer.param} - {""}


def _shared(step: Step, other: Step) -> Iterator[Comparison]:
    """What of the first bottoms of two layers decides the shape of their weights."""
    first, second = _first_bottom(step), _first_bottom(other)
    if first is None or second is None:
        return
    if step.type == "InnerProduct":
        # The axes from this one on are flattened into one row of weights for each output.
        axis = step.layer.inner_product_param.axis % _axes(first)
        mine = _count(first, axis)
        theirs = _count(second, axis)
        yield Comparison("element", mine, theirs)
    elif step.type in ("Convolution", "Deconvolution"):
        fewest = min(_axes(first), _axes(second))
        # Without channels, the layer has another fault.
        if fewest < 2:
            return
        yield _axis("channels", first, second, 1)


def _first_bottom(step: Step) -> Value | None:
    """The first bottom; ``None`` if there is none, or its shape has no axis or is unknown."""
    bottom = next(iter(step.bottoms), None)
    if bottom is None or not bottom.shape:
        return None
    return bottom
