"""What layers with several bottoms compare: which sizes, or numbers of elements, must be equal.

Each function repeats the order in which the rule of its layer type (in ``protogen.layers``) looks
at the bottoms, so that the first comparison that fails is the one that Caffe aborts on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
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

    Without places it is a number that the layer itself states; ``stated`` are its factors.
    """

    places: tuple[Place, ...]
    factor: Fraction = Fraction(1)
    stated: tuple[int, ...] = ()

    @property
    def value(self) -> Value | None:
        """The blob whose axes these are."""
        return self.places[0].value if self.places else None

    @property
    def size(self) -> int | None:
        """The number; ``None`` if a size is unknown or the number is not an integer."""
        sizes = [place.size for place in self.places]
        if None in sizes:
            return None
        product = math.prod(place.known_size for place in self.places) * math.prod(self.stated)
        found = product * self.factor
        return int(found) if found.denominator == 1 else None

    @property
    def is_axis(self) -> bool:
        """Whether it is simply the size of one axis."""
        return len(self.places) == 1 and self.factor == 1

    @property
    def equation(self) -> str:
        """``2 * 64 * 64 = 8192``, or ``896 / 4 * 2 = 448``; ``10`` for a single number."""
        sizes = [*(place.known_size for place in self.places), *self.stated]
        text = " * ".join(map(str, sizes)) or "1"
        if self.factor.denominator != 1:
            text += f" / {self.factor.denominator}"
        if self.factor.numerator != 1:
            text += f" * {self.factor.numerator}"
        assert self.size is not None
        return text if text == str(self.size) else equation(text, self.size)


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
        values = [self.first.value, self.second.value]
        return list(dict.fromkeys(value for value in values if value is not None))

    @property
    def is_of_axes(self) -> bool:
        """Whether it compares the sizes of two axes, and not numbers of elements."""
        return self.first.is_axis and self.second.is_axis

    @property
    def fails(self) -> bool:
        """Whether the amounts are known, and are not as the layer requires."""
        first, second = self.first.size, self.second.size
        return first is not None and second is not None and not self.holds(first, second)

    def is_like(self, other: Comparison) -> bool:
        """Whether both compare sizes of the same two blobs, such as heights and widths."""
        if self == other:
            return True
        if not self.is_of_axes or not other.is_of_axes:
            return False
        mine, theirs = (self.first, self.second), (other.first, other.second)
        return [each.value for each in mine] == [each.value for each in theirs]

    def holds(self, first: int, second: int) -> bool:
        """Whether the layer accepts these amounts."""
        if self.margin is not None:
            return first >= second + self.margin
        return first == second


_Rule = Callable[[Step, Sequence[Value]], Iterator[Comparison]]


def failing_comparisons(step: Step) -> list[Comparison]:
    """The comparisons of a layer's bottoms that fail, in the order in which Caffe makes them."""
    rule = _RULES.get(step.type)
    bottoms = [bottom for bottom in step.bottoms if bottom is not None]
    if rule is None or len(bottoms) < len(step.bottoms) or any(b.shape is None for b in bottoms):
        return []
    try:
        return [each for each in rule(step, bottoms) if each.fails]
    except IndexError:  # a layer with too few bottoms, or a bottom with too few axes
        return []


def _axis(
    what: str, first: Value, second: Value, axis: int, other: int | None = None
) -> Comparison:
    """The sizes of an axis of two blobs, or of different axes."""
    one = Amount((_place(first, axis),))
    return Comparison(what, one, Amount((_place(second, axis if other is None else other),)))


def _count(value: Value, start: int = 0) -> Amount:
    """The number of elements of a blob, or of each item of it."""
    return Amount(tuple(Place(value, axis) for axis in range(start, len(value.shape or ()))))


def _place(value: Value, axis: int) -> Place:
    axes = len(value.shape or ())
    if not -axes <= axis < axes:
        raise IndexError(axis)
    return Place(value, axis % axes)


# Equal shapes ----------------------------------------------------------------------------------


def _same_shape(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    first = bottoms[0]
    for other in bottoms[1:]:
        if len(first.shape or ()) == len(other.shape or ()):
            for axis in range(len(first.shape or ())):
                yield _axis(_place(first, axis).name, first, other, axis)


def _concat(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    param, axes = step.layer.concat_param, len(bottoms[0].shape or ())
    joined = param.concat_dim if param.HasField("concat_dim") else param.axis
    for comparison in _same_shape(step, bottoms):
        if comparison.first.places[0].axis != joined % axes:
            yield comparison


def _axpy(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    scale, first, second = bottoms
    for axis in (0, 1):
        yield _axis(_place(first, axis).name, scale, first, axis)
    yield from _same_shape(step, [first, second])


def _scale(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    """The second bottom covers the axes of the first from ``axis`` on."""
    first, second = bottoms
    param = step.layer.scale_param if step.type == "Scale" else step.layer.bias_param
    start = param.axis % len(first.shape or ())
    for axis in range(len(second.shape or ())):
        place = _place(first, start + axis)
        yield _axis(place.name, first, second, place.axis, axis)


def _crop(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    whole, target = bottoms
    axes = len(whole.shape or ())
    start = step.layer.crop_param.axis % axes
    offsets = list(step.layer.crop_param.offset) or [0]
    for axis in range(start, axes):
        margin = offsets[axis - start] if len(offsets) > 1 else offsets[0]
        one, other = Amount((_place(whole, axis),)), Amount((_place(target, axis),))
        yield Comparison(_place(whole, axis).name, one, other, margin)


# Losses ----------------------------------------------------------------------------------------


def _batch(bottoms: Sequence[Value]) -> Comparison:
    return _axis("batch size", bottoms[0], bottoms[1], 0)


def _items(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    if step.type == "L1Loss" and (step.layer.HasField("l1_loss_param") or len(bottoms) == 1):
        yield from _same_shape(step, bottoms)
        return
    yield _batch(bottoms)
    yield Comparison("element per item", _count(bottoms[0], 1), _count(bottoms[1], 1))


def _elements(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    yield _batch(bottoms)
    yield Comparison("element", _count(bottoms[0]), _count(bottoms[1]))


def _images(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    """Channels, height and width; an axis that a blob lacks counts as 1 and cannot be traced."""
    yield _batch(bottoms)
    for other in bottoms[1:]:
        axes = min(len(bottoms[0].shape or ()), len(other.shape or ()))
        for axis in range(1, axes):
            yield _axis(("channels", "height", "width")[axis - 1], bottoms[0], other, axis)


def _channels(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    yield _batch(bottoms)
    yield _axis("channels", bottoms[0], bottoms[1], 1)


def _labels(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    """One label for each prediction, whose classes lie along an axis."""
    scores, labels = bottoms[:2]
    if step.type != "Accuracy":
        yield _batch(bottoms)
    name = {"Accuracy": "accuracy_param", "InfogainLoss": "infogain_loss_param"}.get(step.type)
    classes = _place(scores, getattr(step.layer, name or "softmax_param").axis)
    predictions = tuple(place for place in _count(scores).places if place != classes)
    yield Comparison("prediction", Amount(predictions), _count(labels), other_what="label")


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
    param = step.layer.psroi_pooling_param
    group = param.group_size
    stated = Amount((), stated=(param.output_dim, group, group))
    yield Comparison("channel", Amount((_place(bottoms[0], 1),)), stated)


# Reshape ---------------------------------------------------------------------------------------


def _reshape(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    """The elements that are replaced, and those of ``shape``.

    A size that replaces itself by a 0 is left out of both. A -1 fits anything that the other sizes
    divide, so nothing is compared.
    """
    (bottom,) = bottoms
    axes, param = len(bottom.shape or ()), step.layer.reshape_param
    dims = list(param.shape.dim)
    start = param.axis if param.axis >= 0 else axes + param.axis + 1
    end = axes if param.num_axes == -1 else start + param.num_axes
    if -1 in dims or not 0 <= start <= end <= axes:
        return
    copied = {start + index for index, dim in enumerate(dims) if dim == 0}
    if any(axis >= end for axis in copied):
        return
    places = tuple(Place(bottom, axis) for axis in range(start, end) if axis not in copied)
    stated = tuple(dim for dim in dims if dim)
    yield Comparison("element", Amount(places), Amount((), stated=stated))


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
    names = {param.name for param in step.layer.param if param.name}
    for other in analysis.steps:
        if other is step:
            break
        if other.type != step.type or not names & {param.name for param in other.layer.param}:
            continue
        bottoms = (*step.bottoms[:1], *other.bottoms[:1])
        if len(bottoms) < 2 or any(b is None or b.shape is None for b in bottoms):
            continue
        found = [each for each in _shared(step, bottoms) if each.fails]  # type: ignore[arg-type]
        if found:
            return found
    return []


def _shared(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    first, second = bottoms
    if step.type == "InnerProduct":
        axis = step.layer.inner_product_param.axis % len(first.shape or (1,))
        yield Comparison("element", _count(first, axis), _count(second, axis))
    elif step.type in ("Convolution", "Deconvolution"):
        yield _axis("channels", first, second, 1)
