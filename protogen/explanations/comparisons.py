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
        return self.places[0].value if self.places else None

    @property
    def size(self) -> int | None:
        """The number; ``None`` if a size is unknown or the number is not an integer."""
        product = self.factor * math.prod(self.stated)
        for place in self.places:
            if place.size is None:
                return None
            product *= place.size
        return product.numerator if product.denominator == 1 else None

    @property
    def is_axis(self) -> bool:
        """Whether it is simply the size of one axis."""
        return len(self.places) == 1 and self.factor == 1

    @property
    def equation(self) -> str:
        """``2 * 64 * 64 = 8192``, or ``896 / 4 * 2 = 448``; ``10`` for a single number."""
        sizes = [place.size for place in self.places]
        sizes += self.stated
        text = " * ".join(map(str, sizes)) or "1"  # a scalar has one element
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
    if rule is None:
        return []
    bottoms = []
    for bottom in step.bottoms:
        if bottom is None or bottom.shape is None:
            return []  # what is unknown cannot be compared
        bottoms.append(bottom)
    try:
        return [each for each in rule(step, bottoms) if each.fails]
    except (IndexError, ValueError, ZeroDivisionError):
        # A layer with too few bottoms, or a bottom with too few axes, has another fault.
        return []


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
            continue  # then there is nothing to compare axis by axis
        for axis in range(_axes(first)):
            yield _axis(_place(first, axis).name, first, other, axis)


def _concat(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    """All axes except the one that is joined."""
    param = step.layer.concat_param
    joined = param.concat_dim if param.HasField("concat_dim") else param.axis
    joined %= _axes(bottoms[0])
    for comparison in _same_shape(step, bottoms):
        (place,) = comparison.first.places
        if place.axis != joined:
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
    start = param.axis % _axes(first)
    for axis in range(_axes(second)):
        place = _place(first, start + axis)
        yield _axis(place.name, first, second, place.axis, axis)


def _crop(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    """The first bottom must have room for the second at the offset."""
    whole, target = bottoms
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
    first = bottoms[0]
    for other in bottoms[1:]:
        axes = min(_axes(first), _axes(other))
        for axis, name in zip(range(1, axes), ("channels", "height", "width")):
            yield _axis(name, first, other, axis)


def _channels(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    yield _batch(bottoms)
    yield _axis("channels", bottoms[0], bottoms[1], 1)


def _labels(step: Step, bottoms: Sequence[Value]) -> Iterator[Comparison]:
    """One label for each prediction, whose classes lie along an axis."""
    scores, labels = bottoms[:2]
    if step.type != "Accuracy":
        yield _batch(bottoms)
    # The losses read the axis from the parameters of the Softmax that is inside them.
    param = {"Accuracy": "accuracy_param", "InfogainLoss": "infogain_loss_param"}.get(
        step.type, "softmax_param"
    )
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

    A size that replaces itself by a 0 is left out of both. A -1 stands for the size that comes
    nearest to what fits.
    """
    (bottom,) = bottoms
    param = step.layer.reshape_param
    dims = list(param.shape.dim)
    # A negative axis counts from the end, and one past the last axis is legal here.
    start = param.axis if param.axis >= 0 else _axes(bottom) + param.axis + 1
    end = _axes(bottom) if param.num_axes == -1 else start + param.num_axes
    if not 0 <= start <= end <= _axes(bottom):
        return
    replaced = list(range(start, end))
    for axis, dim in enumerate(dims, start):
        if dim == 0:
            replaced.remove(axis)  # raises ValueError for one that is not replaced
    places = tuple(Place(bottom, axis) for axis in replaced)
    stated = tuple(dim for dim in dims if dim)
    if -1 not in dims:
        yield Comparison("element", Amount(places), Amount((), stated=stated))
        return
    others = math.prod(dim for dim in stated if dim > 0)
    nearest = _nearest_size(Amount(places).size, others)
    if nearest:
        stated = tuple(nearest if dim == -1 else dim for dim in stated)
        yield Comparison("element", Amount(places), Amount((), stated=stated, multiple_of=others))


def _nearest_size(elements: int | None, others: int) -> int:
    """The size with which others have about so many elements; 0 if some size fits, or none does."""
    if elements is None or others == 0 or elements % others == 0:
        return 0
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
    names = {param.name for param in step.layer.param if param.name}
    for other in analysis.steps:
        if other is step:
            break
        shares = any(param.name in names for param in other.layer.param)
        if not shares or other.type != step.type:
            continue
        found = [each for each in _shared(step, other) if each.fails]
        if found:
            return found
    return []


def _shared(step: Step, other: Step) -> Iterator[Comparison]:
    """What of the first bottoms of two layers decides the shape of their weights."""
    first, second = step.bottoms[0], other.bottoms[0]
    if first is None or second is None or not first.shape or not second.shape:
        return
    if step.type == "InnerProduct":
        axis = step.layer.inner_product_param.axis % _axes(first)
        yield Comparison("element", _count(first, axis), _count(second, axis))
    elif step.type in ("Convolution", "Deconvolution") and min(_axes(first), _axes(second)) > 1:
        yield _axis("channels", first, second, 1)
