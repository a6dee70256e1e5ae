"""What the elements of each blob are computed from: the way through a net, layer by layer.

What a layer reads of its bottoms is in `protogen.layer_reads`. If that is unknown, or mixes axes,
the way ends there: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import NamedTuple

from protogen.analysis import Analysis
from protogen.element_sets import Line, Mixed, Product, Read, composed, identity, joined
from protogen.graph import Step, Value
from protogen.layer_reads import Reading, UnknownReads, readings, unknown_size
from protogen.shapes import is_known

__all__ = ["Dependence", "Span", "Unclear", "dependences"]


#: A set of coordinates has a bit for each, so an axis of the source costs the square of its size.
_LARGEST_SOURCE = 2**14
#: There is a set for each coordinate of a blob.
_LARGEST_AXIS = 2**20


class Unclear(NamedTuple):
    """Why it is unknown what a blob is computed from: a sentence about a layer."""

    reason: str


class Span(NamedTuple):
    """How far elements see along one axis of the source, if no border cuts that off.

    ``axis`` is that of the blob which moves the window, ``line`` how. ``whole`` is whether every
    element sees the whole axis. Without a line the windows of elements differ.
    """

    axis: int | None
    line: Line | None
    whole: bool


class Dependence(NamedTuple):
    """What the elements of a blob are computed from: the union of products, and its spans."""

    products: list[Product]
    spans: tuple[Span, ...]


#: What a blob is computed from. A blob that is not computed from the source has none.
Found = Dependence | Unclear


# The way through a net -------------------------------------------------------------------------


def dependences(
    analysis: Analysis, source: Value, longest_axis: int = _LARGEST_AXIS
) -> dict[Value, Found]:
    """What each blob that is computed from ``source`` depends on, element by element.

    A blob with an axis longer than ``longest_axis`` is not followed.
    """
    found: dict[Value, Found] = {source: _itself(source)}
    for step in analysis.steps:
        # Its other tops have nothing of this one.
        if source in step.tops:
            continue
        bottoms: list[Found | None] = []
        for bottom in step.bottoms:
            known = None if bottom is None else found.get(bottom)
            bottoms.append(known)
        # A layer that reads nothing of the source may have no rule.
        if not any(bottoms):
            continue
        tops = _through(analysis, step, bottoms, longest_axis)
        for value, each in zip(step.tops, tops):
            # A Slice, for example, may leave a top nothing of the source.
            if each is not None:
                found[value] = each
    return found


def _itself(source: Value) -> Found:
    """The source, each element of which depends on itself."""
    if not is_known(source.shape):
        return Unclear(unknown_size(source))
    if max(source.shape, default=0) > _LARGEST_SOURCE:
        return Unclear(f'"{source.name}" has an axis with more than {_LARGEST_SOURCE:,} elements')
    itself = Line(0, 0, 1)
    spans = [Span(axis, itself, False) for axis in range(len(source.shape))]
    return Dependence([identity(source.shape)], tuple(spans))


def _through(
    analysis: Analysis, step: Step, bottoms: Sequence[Found | None], longest_axis: int
) -> Iterator[Found | None]:
    """What each top of a layer depends on."""
    try:
        all_readings = readings(analysis, step, longest_axis)
    except UnknownReads as reason:
        unclear = _first_unclear(bottoms) or Unclear(str(reason))
        yield from [unclear] * len(step.tops)
        return
    readings_of_tops: list[list[Reading]] = [[] for _ in step.tops]
    for reading in all_readings:
        readings_of_tops[reading.top].append(reading)
    for own in readings_of_tops:
        yield _depends(step, own, bottoms)


def _first_unclear(bottoms: Iterable[Found | None]) -> Unclear | None:
    """The first bottom that is unclear already: the reason is an earlier layer then."""
    for each in bottoms:
        if isinstance(each, Unclear):
            return each
    return None


def _depends(step: Step, own: Iterable[Reading], bottoms: Sequence[Found | None]) -> Found | None:
    """What a top depends on, from what it reads and what the bottoms depend on."""
    products: list[Product] = []
    spans_of_readings: list[list[Span]] = []
    for reading in own:
        bottom = bottoms[reading.bottom]
        if isinstance(bottom, Unclear):
            return bottom
        if bottom is None:
            continue
        try:
            products += _all_composed(reading, bottom)
        except Mixed:
            return Unclear(f'layer "{step.name}" ({step.type}) mixes axes')
        spans = [_span(reading.reads, span) for span in bottom.spans]
        spans_of_readings.append(spans)
    if not spans_of_readings:
        return None
    # All readings lead to the same source, so they have a span for each of its axes.
    widest = [reduce(_wider, along_axis) for along_axis in zip(*spans_of_readings)]
    return Dependence(joined(products), tuple(widest))


def _all_composed(reading: Reading, bottom: Dependence) -> Iterator[Product]:
    """What a top depends on through one of its readings. Raises `Mixed`."""
    for each in bottom.products:
        product = composed(reading.reads, each, len(bottom.spans))
        if product is not None:
            yield product


def _span(reads: Sequence[Read], span: Span) -> Span:
    """The span of a top that reads a bottom with this span."""
    # If no coordinate of the bottom moves the window, none of the top does.
    if span.axis is None:
        return span
    read = reads[span.axis]
    if read.whole:
        return Span(None, None, True)
    if read.line is None or span.line is None:
        return Span(read.axis, None, False)
    # The window of a window: the strides multiply, and what lies before the first one adds up.
    inner, outer = read.line, span.line
    line = Line(
        outer.first + outer.step * inner.first,
        outer.last + outer.step * inner.last,
        outer.step * inner.step,
    )
    return Span(read.axis, line, False)


def _wider(one: Span, other: Span) -> Span:
    """The span of elements that see what either span sees."""
    if one.whole:
        return one
    if other.whole:
        return other
    mine, theirs = one.line, other.line
    if mine is None or theirs is None:
        return Span(one.axis, None, False)
    # Windows that move apart have no common size.
    if mine.step != theirs.step or one.axis != other.axis:
        return Span(one.axis, None, False)
    line = Line(min(mine.first, theirs.first), max(mine.last, theirs.last), mine.step)
    return Span(one.axis, line, False)
