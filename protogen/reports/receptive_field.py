"""What the elements of a blob see of an earlier blob: the receptive field, exactly.

Size, stride and padding are those of a field that no border cuts off. The boxes of single elements
are exact: borders are cut off, and elements between two windows of a Deconvolution see nothing.
(source: the perturbed inputs of a real Caffe that the tests compare with)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from operator import or_
from typing import Any

from protogen import rules
from protogen.analysis import Analysis
from protogen.dependence import Dependence, Span, Unclear, dependences
from protogen.diagnostics import ProtogenError
from protogen.display import Displayed
from protogen.element_sets import Along, Product, collapsed
from protogen.graph import State, Value
from protogen.inference import Inputs
from protogen.named_blobs import analysis_with, blob_name, find_value
from protogen.net import Net
from protogen.reports.images import default_source
from protogen.shapes import COLOR_CHANNELS, Shape, is_known

__all__ = [
    "Box",
    "FieldAxis",
    "ReceptiveField",
    "UnclearField",
    "field_of",
    "fields",
    "receptive_field",
    "with_channels",
]

#: First and last coordinate; ``None`` where nothing is seen.
Extent = tuple[int, int] | None


class Box(tuple[int, ...]):
    """Part of an image: the first coordinate on each axis, then the last on each: y, x, y, x."""

    @property
    def first(self) -> tuple[int, ...]:
        """The first coordinate on each axis."""
        return tuple(self[: len(self) // 2])

    @property
    def last(self) -> tuple[int, ...]:
        """The last coordinate on each axis, which still belongs to the box."""
        return tuple(self[len(self) // 2 :])

    @property
    def size(self) -> tuple[int, ...]:
        """The number of elements on each axis."""
        return tuple(last - first + 1 for first, last in zip(self.first, self.last))


@dataclass(frozen=True)
class FieldAxis:
    """The field on one axis of the source.

    ``constant`` is whether the fields of all elements have the same size and lie the same distance
    apart, before borders cut them off. Only then ``size``, ``stride`` and ``first`` are known: the
    field of element ``i`` begins at ``first + i * stride``. ``whole`` is whether every element sees
    the whole axis, and ``largest`` the size of the largest field that there is in this net.
    """

    axis: int
    whole: bool
    constant: bool
    largest: int
    size: int | None = None
    stride: int | None = None
    first: int | None = None

    @property
    def padding(self) -> int | None:
        """How far the first field begins before the source, as the padding of one window would."""
        if self.first is None:
            return None
        return -self.first

    @property
    def center(self) -> Fraction | None:
        """The middle of the first field."""
        if self.first is None or self.size is None:
            return None
        return self.first + Fraction(self.size - 1, 2)


@dataclass(frozen=True)
class ReceptiveField(Displayed):
    """What the elements of ``blob`` see of the blob ``to``.

    ``axes`` are those of ``to`` after the channels: height and width of an image.
    """

    blob: str
    to: str
    shape: tuple[int, ...]
    to_shape: tuple[int, ...]
    axes: tuple[FieldAxis, ...]
    products: list[Product] = field(repr=False)

    @property
    def constant(self) -> bool:
        """Whether the fields of all elements are equal, up to borders."""
        for axis in self.axes:
            is_same_for_all = axis.constant or axis.whole
            if not is_same_for_all:
                return False
        return True

    @property
    def whole(self) -> bool:
        """Whether every element sees the whole image."""
        # Without axes there is no image.
        if not self.axes:
            return False
        return all(axis.whole for axis in self.axes)

    @property
    def sees_nothing(self) -> bool:
        """Whether no element depends on any element of the source."""
        return not self.products

    def extent(self, axis: int) -> list[Extent]:
        """The first and the last coordinate on an axis of ``to`` for each coordinate of the blob.

        The list has an entry for each coordinate on the same axis of the blob, or a single one if
        the blob lacks the axis. An entry is ``None`` if no element with the coordinate sees
        anything. Raises `IndexError` for an axis that ``to`` does not have.
        """
        axes = len(self.to_shape)
        if not -axes <= axis < axes:
            raise IndexError(f'axis {axis} is out of range: "{self.to}" has {axes} axes')
        axis %= axes
        # Collapsed once, and not for each coordinate.
        products = list(filter(None, (collapsed(each, [axis]) for each in self.products)))
        length = 1
        if axis < len(self.shape):
            length = self.shape[axis]
        found = []
        for index in range(length):
            seen = 0
            for product in products:
                sets = _sets(product, {axis: index}, axes)
                if sets is not None:
                    seen |= sets[axis]
            found.append(_bounds(seen))
        return found

    def at(self, *coordinates: int) -> Box | None:
        """The box that an element sees, of the axes after the channels; ``None``: it sees nothing.

        The coordinates are those of the last axes: ``at(y, x)`` is what any channel sees there, and
        ``at(channel, y, x)`` what this channel sees. Raises `IndexError` for an element that the
        blob does not have.
        """
        fixed = self._fixed(coordinates)
        seen = [0] * len(self.to_shape)
        for each in self.products:
            product = collapsed(each, list(fixed))
            if product is None:
                continue
            sets = _sets(product, fixed, len(seen))
            if sets is not None:
                seen = list(map(or_, seen, sets))
        return self._box(seen)

    def _box(self, seen: Sequence[int]) -> Box | None:
        """The smallest box around the coordinates that are seen on each axis."""
        if not any(seen):
            return None
        first, last = [], []
        for axis in self.axes:
            bounds = _bounds(seen[axis.axis])
            if bounds is None:
                return None
            first.append(bounds[0])
            last.append(bounds[1])
        return Box((*first, *last))

    def _fixed(self, coordinates: Sequence[int]) -> dict[int, int]:
        """The coordinates by axis, of the last axes. Raises `IndexError` for one out of range."""
        first = len(self.shape) - len(coordinates)
        sizes = self.shape[max(first, 0) :]
        inside = [0 <= each < size for each, size in zip(coordinates, sizes)]
        if first < 0 or not all(inside):
            shape = "x".join(map(str, self.shape))
            raise IndexError(f'"{self.blob}" ({shape}) has no element {tuple(coordinates)}')
        return dict(enumerate(coordinates, first))


def _sets(product: Product, fixed: dict[int, int], axes: int) -> list[int] | None:
    """What the element at fixed coordinates sees along each axis; ``None`` if it sees nothing."""
    found = []
    for along in product:
        index = 0 if along.axis is None else fixed[along.axis]
        # An empty set on one axis leaves nothing on the others; so does a condition that fails.
        if not along.sets[index]:
            return None
        found.append(along.sets[index])
    return found[:axes]


def _bounds(seen: int) -> Extent:
    """The first and the last bit."""
    if not seen:
        return None
    # x & -x has the lowest bit of x only.
    return (seen & -seen).bit_length() - 1, seen.bit_length() - 1


# Fields of a net -------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnclearField:
    """A blob whose field is unknown, and why."""

    blob: str
    to: str
    shape: Shape
    reason: str


AnyField = ReceptiveField | UnclearField


def fields(analysis: Analysis, to: Value, longest_axis: int | None = None) -> Iterator[AnyField]:
    """The field of every blob that is computed from ``to``, in the order of the net.

    A blob that is written in place is listed once, as it is in the end. Blobs with a longer axis
    than ``longest_axis`` are not followed, because that takes long.
    """
    if longest_axis is None:
        found = dependences(analysis, to)
    else:
        found = dependences(analysis, to, longest_axis)
    # The values of names: what a layer in place has overwritten is not among them.
    last = set(analysis.values.values())
    last.discard(to)
    for value, dependence in found.items():
        if value in last:
            yield _field(value, to, dependence)


def field_of(analysis: Analysis, blob: Value, to: Value) -> AnyField:
    """The field of one blob."""
    found = dependences(analysis, to).get(blob)
    # A blob that is not computed from the other one sees nothing of it.
    if found is None:
        found = Dependence([], ())
    return _field(blob, to, found)


def _field(value: Value, to: Value, found: Dependence | Unclear) -> AnyField:
    """The field of a blob, from what its elements depend on."""
    if isinstance(found, Unclear):
        return UnclearField(value.name, to.name, value.shape, found.reason)
    shape = _sizes(value.shape)
    to_shape = _sizes(to.shape)
    # A field has no batch and channels, except for a blob that has no other axes.
    first = min(2, max(len(to_shape) - 1, 0))
    axes = []
    for axis in range(first, len(to_shape)):
        span = Span(None, None, False)
        # What is not computed from the source has no spans.
        if found.spans:
            span = found.spans[axis]
        axes.append(_axis(axis, to_shape[axis], span, found.products))
    return ReceptiveField(value.name, to.name, shape, to_shape, tuple(axes), found.products)


def _sizes(shape: Shape) -> tuple[int, ...]:
    """The sizes of a shape that are known."""
    if shape is None:
        return ()
    known = []
    for size in shape:
        if size is not None:
            known.append(size)
    return tuple(known)


def _axis(axis: int, size: int, span: Span, products: Sequence[Product]) -> FieldAxis:
    """The field on one axis of the source, which has this size."""
    # A window may be so large that the borders leave the whole axis to every element.
    full = [_is_full(product, axis, size) for product in products]
    whole = span.whole or any(full)
    sizes = [_largest(product[axis]) for product in products]
    largest = max(sizes, default=0)
    line = span.line
    if span.whole or line is None:
        return FieldAxis(axis, whole, constant=False, largest=largest)
    length = line.last - line.first + 1
    stride = None
    # An element of a blob without this axis has a field, but no neighbors.
    if span.axis is not None:
        stride = line.step
    return FieldAxis(axis, whole, True, largest, length, stride, line.first)


def _largest(along: Along) -> int:
    """The size of the largest field along an axis."""
    largest = 0
    # Most elements of a joined blob have the same sets as others: SSD300 has 183,372 scores.
    for seen in set(along.sets):
        bounds = _bounds(seen)
        if bounds is not None:
            largest = max(largest, bounds[1] - bounds[0] + 1)
    return largest


def _is_full(product: Product, axis: int, size: int) -> bool:
    """Whether a product has all coordinates of an axis, for every element."""
    full = (1 << size) - 1
    if any(each != full for each in product[axis].sets):
        return False
    # An empty set on another axis, or a condition, leaves some elements without any coordinates.
    return all(all(along.sets) for along in product)


def with_channels(analysis: Analysis, to: Value) -> Analysis:
    """The analysis with a batch of 1 and 3 channels where a source does not say how many it has.

    The height and width of a field do not depend on them. A database, for example, says how many
    channels its images have, but the net how they are cropped.
    """
    if to.shape is None or is_known(to.shape):
        return analysis
    # Without a height, or if it is unknown, channels do not help.
    if len(to.shape) < 3 or None in to.shape[2:]:
        return analysis
    batch, channels, *sizes = to.shape
    shape = (batch or 1, channels or COLOR_CHANNELS, *sizes)
    return analysis.edited(inputs={to.name: shape})


def receptive_field(
    net: Any,
    blob: Any,
    to: Any = None,
    *,
    phase: str | None = None,
    level: int = 0,
    stages: Collection[str] = (),
    inputs: Inputs | None = None,
) -> ReceptiveField:
    """What the elements of a blob see of an input, exactly.

    ``net`` is a `protogen.Net` or a ``NetParameter`` message, ``blob`` and ``to`` are blobs of it
    or their names. ``to`` is by default the input with the most axes. The phase is TEST by default,
    or TRAIN if TEST lacks one of the blobs.

    Raises `ProtogenError` if a blob does not exist, a size is unknown, or a layer on the way mixes
    axes or reads elements that depend on values.
    """
    net = Net.of(net)
    names = [blob_name(blob)] if to is None else [blob_name(blob), blob_name(to)]
    phases = [phase] if phase else ["TEST", "TRAIN"]
    analyses = [net.analysis(State(each, level, stages), inputs) for each in phases]
    analysis = analysis_with(names, analyses)
    value = find_value(analysis, names[0])
    source = default_source(analysis) if to is None else find_value(analysis, names[1])
    if source is None:
        raise _error(f'"{value.name}" sees nothing: the net has no inputs')
    # Another analysis has other values, with the same names.
    analysis = with_channels(analysis, source)
    value, source = analysis.values[value.name], analysis.values[source.name]
    found = field_of(analysis, value, source)
    if isinstance(found, UnclearField):
        raise _error(f'what "{value.name}" sees of "{source.name}" is unknown: {found.reason}')
    return found


def _error(message: str) -> ProtogenError:
    return ProtogenError(rules.named("no-receptive-field").diagnostic(message))
