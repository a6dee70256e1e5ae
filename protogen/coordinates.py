"""Coordinates: where the elements of one blob lie on the axes of another.

A window that slides over a bottom moves the elements of the top against those of the bottom, and
spreads them apart. On the way back from two blobs to a blob that both come from, these changes add
up. The result is the offset at which a Crop aligns the two.
(source: BVLC's pycaffe computes the same offset in ``coord_map.py``)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, NamedTuple, Protocol

from protogen import rules
from protogen.analysis import Analysis
from protogen.diagnostics import ProtogenError, plural
from protogen.graph import State, Step, Value
from protogen.inference import Inputs
from protogen.layer_reads import crop_offsets, joined_axis
from protogen.named_blobs import analysis_with, blob_name, find_value
from protogen.net import Net
from protogen.schema import Context, Fault
from protogen.windows import convolution_window, extent, pooling_window

__all__ = ["Alignment", "CropOffset", "Unaligned", "aligned_crop", "alignments", "crop_offset"]

#: The first axis that a Crop cuts, and its offset: once, or once for each axis from there on.
CropOffset = tuple[int, list[int]]

#: At most so many different paths from a blob to another are followed.
_MOST_PATHS = 8

#: The first spatial axis of N, C, H, W, which is also the default of Crop.
_FIRST_SPATIAL = 2


class Named(Protocol):
    """A blob of a net that is being composed."""

    @property
    def name(self) -> str: ...


class Unaligned(Exception):
    """Why no Crop aligns two blobs, in a sentence."""


class Grid(NamedTuple):
    """The elements of a blob on an axis of another: element ``i`` lies at ``start + i * step``."""

    start: Fraction
    step: Fraction

    def within(self, outer: Grid) -> Grid:
        """This grid, which is on the axis of a blob, on the axis that ``outer`` puts that on."""
        return Grid(outer.start + outer.step * self.start, outer.step * self.step)


_IDENTITY = Grid(Fraction(0), Fraction(1))

#: A grid for each axis, or ``None`` if the elements of an axis have no places on the other blob's.
Grids = tuple[Grid | None, ...]


class Path(NamedTuple):
    """One way back from a blob: its grids there, and the bottoms chosen where layers join."""

    grids: Grids
    choices: tuple[str, ...]


class Alignment(NamedTuple):
    """How one blob lies on another, for each axis from ``axis`` on.

    The first element of the other blob lies on element ``offset`` of this one, and an element of
    this blob is as large as ``scale`` elements of the other. ``choices`` are the bottoms through
    which the paths lead where layers join.
    """

    axis: int
    offsets: tuple[Fraction, ...]
    scales: tuple[Fraction, ...]
    choices: tuple[str, ...]

    def agrees_with(self, other: Alignment) -> bool:
        """Whether the blobs lie alike, by whatever paths."""
        return self._replace(choices=()) == other._replace(choices=())


# Layers ----------------------------------------------------------------------------------------


def _convolution(ctx: Context) -> Grids | None:
    """An element lies in the middle of its window. The channels of both blobs are unrelated."""
    window = convolution_window(ctx)
    # Caffe sets up a Deconvolution with a stride of 0: all windows lie in one place.
    if 0 in window.stride:
        return None
    grids = []
    for i, kernel in enumerate(window.kernel):
        # BVLC's coord_map.py takes the extent of a dilated kernel, too.
        margin = Fraction(extent(kernel, window.dilation[i]) - 1, 2)
        grids.append(Grid(margin - window.pad[i], Fraction(window.stride[i])))
    return (*_identities(window.axis), None, *grids)


def _deconvolution(ctx: Context) -> Grids | None:
    """The inverse of a convolution: the bottom lies on the top as a convolution's top does on its
    bottom."""
    convolution = _convolution(ctx)
    if convolution is None:
        return None
    grids: list[Grid | None] = []
    for grid in convolution:
        inverse = None if grid is None else Grid(-grid.start / grid.step, 1 / grid.step)
        grids.append(inverse)
    return tuple(grids)


def _pooling(ctx: Context) -> Grids | None:
    if ctx.param.global_pooling:
        return None  # a single window, whatever the size of the image
    window = pooling_window(ctx)
    grids = []
    for kernel, stride, pad in zip(window.kernel, window.stride, window.pad):
        grids.append(Grid(Fraction(kernel - 1, 2) - pad, Fraction(stride)))
    return (*_identities(2), *grids)


def _crop(ctx: Context) -> Grids:
    grids = [Grid(Fraction(offset), Fraction(1)) for offset in crop_offsets(ctx)]
    return (*_identities(ctx.axis()), *grids)


def _upsample(ctx: Context) -> Grids | None:
    """Each element becomes ``scale`` elements, whose middle is where it was."""
    (top,) = ctx.schema.top_shapes(ctx)
    if top is None or len(top) != len(ctx.bottom):
        return None
    grids = []
    for before, after in zip(ctx.bottom[-2:], top[-2:]):
        if not isinstance(before, int) or not isinstance(after, int):
            return None  # one of them is `UNKNOWN`
        # An axis of size 0 has no elements to spread.
        if before == 0:
            return None
        # SegNet's Upsample may leave off the last row, so that the division has a remainder.
        scale = -(-after // before)
        grids.append(Grid(Fraction(1 - scale, 2 * scale), Fraction(1, scale)))
    return (*_identities(len(top) - 2), *grids)


def _interp(ctx: Context) -> Grids | None:
    """The first and the last element of the cropped bottom stay where they are."""
    (top,) = ctx.schema.top_shapes(ctx)
    if top is None:
        return None
    param = ctx.param
    grids = []
    for before, after in zip(ctx.bottom[2:], top[2:]):
        # Both pads of an Interp are 0 or negative: they crop.
        cropped = before + param.pad_beg + param.pad_end
        if not isinstance(cropped, int) or not isinstance(after, int):
            return None  # one of them is `UNKNOWN`
        # A single element has no distance to the next one.
        if cropped < 2 or after < 2:
            return None
        grids.append(Grid(Fraction(-param.pad_beg), Fraction(cropped - 1, after - 1)))
    return (*_identities(2), *grids)


def _joined(ctx: Context) -> Grids:
    """Concat and Slice: an element has another index on the axis, and keeps it on all others."""
    axis = joined_axis(ctx)
    axes_after = len(ctx.bottom) - axis - 1
    return (*_identities(axis), None, *_identities(axes_after))


def _elementwise(ctx: Context) -> Grids:
    return _identities(len(ctx.bottom))


def _identities(axes: int) -> tuple[Grid, ...]:
    return (_IDENTITY,) * axes


_Rule = Callable[[Context], Grids | None]

#: The rules of layers that are not `LayerSchema.elementwise`.
_RULES: dict[str, _Rule] = {
    "Concat": _joined,
    "Convolution": _convolution,
    "ConvolutionDepthwise": _convolution,
    "Crop": _crop,
    "Deconvolution": _deconvolution,
    "DepthwiseConv": _convolution,
    "DepthwiseConvolution": _convolution,
    "Im2col": _convolution,
    "Interp": _interp,
    "Pooling": _pooling,
    "Slice": _joined,
    "Upsample": _upsample,
}


def _grids(analysis: Analysis, step: Step) -> Grids | None:
    """The top of a layer on the axes of its bottom; ``None`` if it keeps no places."""
    ctx = _context(analysis, step)
    if ctx is None:
        return None
    rule = _elementwise if step.is_elementwise else _RULES.get(step.type)
    if rule is None:
        return None
    try:
        return rule(ctx)
    except Fault:
        return None


def _context(analysis: Analysis, step: Step) -> Context | None:
    """A layer as the rules see it. Sizes may be unknown: places follow from the parameters."""
    if step.schema is None or not step.bottoms:
        return None
    bottoms = step.produced_bottoms
    if len(bottoms) < len(step.bottoms):
        return None
    # The rules of a layer rely on its number of bottoms, which is reported where it is wrong.
    if "blob-count" in {fault.name for fault in step.faults}:
        return None
    shapes = list(map(_shape, bottoms))
    return step.schema.context(step.layer, shapes, len(step.tops), analysis.state.number)


def _shape(value: Value) -> tuple[int | None, ...]:
    """The shape of a blob; one of which nothing is known is assumed to have 4 axes."""
    return (None,) * 4 if value.shape is None else value.shape


def _followed_bottoms(step: Step, top: Value) -> list[Value]:
    """The bottoms that a top has the places of.

    A Crop takes only the size of its second bottom, and so does an Interp. An Upsample reads its
    mask there. The small bottom of a Scale covers only some axes.
    """
    bottoms = step.produced_bottoms
    if step.type in ("Crop", "Interp", "Upsample"):
        return bottoms[:1]
    # Without its shape, nothing is known about what the top covers.
    if not step.is_elementwise or top.shape is None:
        return bottoms
    return [bottom for bottom in bottoms if bottom.shape == top.shape]


# Paths -----------------------------------------------------------------------------------------


class _Paths:
    """All paths back from a blob, and the layers at which they end.

    Paths on which the blob lies alike are kept once, and no path is followed past ``stops``.
    """

    def __init__(self, analysis: Analysis, value: Value, stops: Collection[Value] = ()) -> None:
        self.ends: list[Step] = []
        start = Path(_identities(len(_shape(value))), ())
        self.found: dict[Value, list[Path]] = {value: [start]}
        # Going back, all readers of a top come before it, so all paths from it are known.
        for step in reversed(analysis.steps):
            for top in step.tops:
                if top in self.found and top not in stops:
                    self._follow(analysis, step, top)

    def _follow(self, analysis: Analysis, step: Step, top: Value) -> None:
        """Continue the paths to a top at the bottoms of its layer."""
        grids = _grids(analysis, step)
        bottoms = [] if grids is None else _followed_bottoms(step, top)
        # A layer without bottoms is where every path ends: that is no reason to report.
        if step.bottoms and not bottoms:
            self.ends.append(step)
        is_choice = len(bottoms) > 1
        for bottom in bottoms:
            choice = (bottom.name,) if is_choice else ()
            for path in self.found[top]:
                choices = (*path.choices, *choice)
                self._add(bottom, Path(_composed(path.grids, grids), choices))

    def _add(self, bottom: Value, path: Path) -> None:
        known = self.found.setdefault(bottom, [])
        known_grids = [other.grids for other in known]
        # The branches of a residual block lie alike: without this, a few blocks fill the list.
        if path.grids not in known_grids and len(known) < _MOST_PATHS:
            known.append(path)


def _composed(inner: Grids, outer: Grids | None) -> Grids:
    """The grids of a blob on the next blob back, whose grids ``outer`` puts them on."""
    found: list[Grid | None] = []
    for one, other in zip(inner, outer or ()):
        if one is None or other is None:
            found.append(None)
        else:
            found.append(one.within(other))
    return tuple(found)


def alignments(analysis: Analysis, a: Value, b: Value) -> list[Alignment]:
    """The different ways in which ``a`` lies on ``b``, by different paths; usually there is one.

    Raises `Unaligned` if no path connects them.
    """
    back_from_a = _Paths(analysis, a)
    # As soon as a path from b meets one from a, everything before that is common to both.
    back_from_b = _Paths(analysis, b, stops=back_from_a.found)
    found: list[Alignment] = []
    for value, paths in back_from_b.found.items():
        paths_from_a = back_from_a.found.get(value, ())
        for one, other in product(paths_from_a, paths):
            alignment = _alignment(one, other)
            if not any(map(alignment.agrees_with, found)):
                found.append(alignment)
    if not found:
        raise Unaligned(_unconnected(a, b, [*back_from_a.ends, *back_from_b.ends]))
    return sorted(found, key=lambda alignment: alignment.offsets)


def _unconnected(a: Value, b: Value, ends: Sequence[Step]) -> str:
    message = f'"{a.name}" and "{b.name}" are not connected by layers that keep rows and columns'
    if ends:
        step = ends[0]
        message += f': the path back ends at "{step.name}" ({step.type})'
    return message


def _alignment(one: Path, other: Path) -> Alignment:
    """How a blob lies on another, by the paths of both to the same blob."""
    axes = len(one.grids)
    first = min(_FIRST_SPATIAL, axes)
    for axis in range(axes):
        if one.grids[axis] is None or other.grids[axis] is None:
            # The channels of a Convolution are unrelated; the axes after them are spatial.
            first = axis + 1
    offsets, scales = [], []
    for mine, theirs in zip(one.grids[first:], other.grids[first:]):
        assert mine is not None
        assert theirs is not None
        # Element 0 of the other blob lies here on the axis, and so on this element of the first.
        offsets.append((theirs.start - mine.start) / mine.step)
        scales.append(mine.step / theirs.step)
    return Alignment(first, tuple(offsets), tuple(scales), (*one.choices, *other.choices))


# Crops -----------------------------------------------------------------------------------------


def aligned_crop(analysis: Analysis, a: Value, b: Value) -> CropOffset:
    """The axis and the offset of the Crop that aligns ``a`` with ``b``.

    Raises `Unaligned` if there is none.
    """
    found = alignments(analysis, a, b)
    if len(found) > 1:
        raise Unaligned(_disagreement(a, b, found))
    (alignment,) = found
    if not alignment.offsets:
        raise Unaligned(f'"{a.name}" has no spatial axes')
    for scale in alignment.scales:
        if scale != 1:
            raise Unaligned(
                f'one element of "{a.name}" spans {_number(scale)} of "{b.name}";'
                " a Crop does not resize"
            )
    offsets = [_cropped_elements(offset, a, b) for offset in alignment.offsets]
    # A Crop takes a single offset for all of its axes.
    if len(set(offsets)) == 1:
        return alignment.axis, offsets[:1]
    return alignment.axis, offsets


def _cropped_elements(offset: Fraction, a: Value, b: Value) -> int:
    """The offset as a Crop takes it: the number of elements to cut off."""
    if offset.denominator != 1:
        raise Unaligned(
            f'the aligned offset of "{a.name}" on "{b.name}" is {_number(offset)},'
            " which is not an integer"
        )
    if offset < 0:
        raise Unaligned(
            f'the aligned offset is {offset}, because "{a.name}" begins'
            f' {plural(-int(offset), "element")} inside "{b.name}"; a Crop cannot add elements'
        )
    return int(offset)


def _disagreement(a: Value, b: Value, found: Sequence[Alignment]) -> str:
    """Two of the paths that disagree, each identified by a bottom that only this path uses."""
    one, other = found[:2]
    ways = f"{_way(one, other)} and {_way(other, one)}"
    return f'two paths from "{a.name}" to "{b.name}" disagree: the offset is {ways}'


def _way(alignment: Alignment, other: Alignment) -> str:
    """``19 through "pool4"``, with the first bottom that the other paths do not lead through."""
    for name in alignment.choices:
        if name not in other.choices:
            return f'{_offset(alignment)} through "{name}"'
    return _offset(alignment)


def _offset(alignment: Alignment) -> str:
    """``19``, or ``19, 20`` if the offsets of the axes differ; with the scale if that is not 1."""
    text = ", ".join(dict.fromkeys(map(_number, alignment.offsets)))
    for scale in alignment.scales:
        if scale != 1:
            return f"{text} with a scale of {_number(scale)}"
    return text


def _number(value: Fraction) -> str:
    """``0.5``, or ``1/3`` for what has no short decimal."""
    decimal = f"{float(value):.4f}".rstrip("0").rstrip(".")
    is_exact = Fraction(decimal) == value
    return decimal if is_exact else str(value)


def crop_offset(
    net: Any,
    a: str | Named,
    b: str | Named,
    *,
    phase: str | None = None,
    level: int = 0,
    stages: Collection[str] = (),
    inputs: Inputs | None = None,
) -> CropOffset:
    """The axis and the offset of the Crop that aligns blob ``a`` with blob ``b``.

    ``net`` is a `protogen.Net` or a ``NetParameter`` message, ``a`` and ``b`` are blobs of it or
    their names. The offset is a list as in ``crop_param``: one number for all axes from the axis
    on, or one for each. By default it is that of TEST, or of TRAIN if TEST lacks one of the blobs.

    The offset follows from every kernel, stride, pad and offset between the two blobs and a blob
    that both come from; in FCN-32s it is 19. Raises `ProtogenError` with the reason if no Crop
    aligns the blobs: they are not connected, have different scales, the offset is negative or not
    an integer, or two paths disagree.
    """
    net = Net.of(net)
    names = [blob_name(a), blob_name(b)]
    phases = [phase] if phase else ["TEST", "TRAIN"]
    analyses = []
    for each in phases:
        state = State(each, level, stages)
        analyses.append(net.analysis(state, inputs))
    analysis = analysis_with(names, analyses)
    one = find_value(analysis, names[0])
    other = find_value(analysis, names[1])
    try:
        return aligned_crop(analysis, one, other)
    except Unaligned as reason:
        raise ProtogenError(rules.named("no-crop-offset").diagnostic(str(reason))) from None
