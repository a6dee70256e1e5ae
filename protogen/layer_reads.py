"""What the elements of a top read of the bottoms: a rule for each layer type, axis by axis.

A layer without a rule, or one that mixes axes, has no answer: nothing is guessed.
(source: the forward passes of Caffe's layers; tests compare with a real Caffe whose input was
changed one row at a time)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import product as combinations
from math import ceil, floor
from typing import NamedTuple

from protogen import proto
from protogen.analysis import Analysis
from protogen.element_sets import Line, Read
from protogen.graph import Step, Value
from protogen.layers.batch_norm import uses_global_statistics
from protogen.schema import Context, Fault, LayerSchema
from protogen.shapes import count, is_known
from protogen.windows import convolution_window, extent, pooling_window

__all__ = [
    "Reading",
    "UnknownReads",
    "crop_offsets",
    "joined_axis",
    "readings",
    "unknown_size",
]


class Reading(NamedTuple):
    """What the elements of a top read of a bottom, axis by axis; both by their index."""

    top: int
    bottom: int
    reads: tuple[Read, ...]


class UnknownReads(Exception):
    """Why it is unknown what a layer reads."""


def unknown_size(value: Value) -> str:
    """That the size of a blob is unknown, and what to do about it."""
    reason = f'the size of "{value.name}" is unknown'
    if value.step.bottoms:
        return reason
    return f"{reason}; give its shape, such as --input {value.name}=1,3,224,224"


class _Layer(NamedTuple):
    """A layer with known shapes, as the rules see it."""

    step: Step
    ctx: Context
    bottoms: list[tuple[int, ...]]
    tops: list[tuple[int, ...]]

    @property
    def bottom(self) -> tuple[int, ...]:
        return self.bottoms[0]

    @property
    def top(self) -> tuple[int, ...]:
        return self.tops[0]


_Rule = Callable[[_Layer], Iterable[Reading]]


def readings(analysis: Analysis, step: Step, longest_axis: int) -> list[Reading]:
    """What the tops of a layer read of its bottoms. Raises `UnknownReads`.

    A top with a longer axis than ``longest_axis`` counts as unknown.
    """
    name = f'layer "{step.name}" ({step.type})'
    if step.schema is None:
        raise UnknownReads(f"what {name} computes is unknown")
    if step.faults:
        raise UnknownReads(f"Caffe rejects {name}")
    rule = _rule(step.type, step.schema)
    if rule is None:
        raise UnknownReads(f"which elements {name} reads is not known to protogen")
    try:
        return list(rule(_layer(analysis, step, longest_axis)))
    except Fault as fault:
        raise UnknownReads(f"{name}: {fault.message}") from None


def _rule(layer_type: str, schema: LayerSchema) -> _Rule | None:
    """The rule of a layer type, or that of its kind."""
    # Its own rule comes first: a Softmax is elementwise for other purposes, but reads a whole axis.
    if layer_type in _RULES:
        return _RULES[layer_type]
    if schema.elementwise:
        return _elementwise
    if schema.loss:
        return _everything
    return None


def _layer(analysis: Analysis, step: Step, longest_axis: int) -> _Layer:
    bottoms, tops = [], []
    for value in step.bottoms:
        if value is None:
            raise UnknownReads("a bottom does not exist")
        if not is_known(value.shape):
            raise UnknownReads(unknown_size(value))
        bottoms.append(value.shape)
    for value in step.tops:
        if not is_known(value.shape):
            raise UnknownReads(unknown_size(value))
        if max(value.shape, default=0) > longest_axis:
            raise UnknownReads(
                f'"{value.name}" has an axis with more than {longest_axis:,} elements'
            )
        tops.append(value.shape)
    ctx = analysis.context(step)
    if ctx is None:
        raise UnknownReads(f'what layer "{step.name}" computes is unknown')
    return _Layer(step, ctx, bottoms, tops)


# Parts of rules: what is read along one axis ----------------------------------------------------


def _same(axis: int, size: int) -> Read:
    """The same coordinate."""
    return Read(axis, None, size, Line(0, 0, 1))


def _all(size: int) -> Read:
    """All coordinates, whatever the element."""
    # A single coordinate is a window that stays in its place.
    line = Line(0, 0, 0) if size == 1 else None
    return Read(None, (range(size),), size, line)


def _sames(shape: Sequence[int], first: int = 0) -> tuple[Read, ...]:
    return tuple(_same(axis, size) for axis, size in enumerate(shape, first))


def _alls(shape: Sequence[int]) -> tuple[Read, ...]:
    return tuple(map(_all, shape))


def _slide(
    axis: int, size: int, windows: int, kernel: int, stride: int, pad: int, dilation: int = 1
) -> Read:
    """A window that slides along the axis, clipped to what there is."""
    reach = extent(kernel, dilation)
    coordinates = []
    for index in range(windows):
        start = index * stride - pad
        # The first element of the window that is not padding.
        first = start + dilation * max(0, -(start // dilation))
        stop = min(start + reach, size)
        # A window that lies outside as a whole has no elements.
        coordinates.append(range(first, max(first, stop), dilation))
    return Read(axis, coordinates, size, Line(-pad, reach - 1 - pad, stride))


def _shift(axis: int, size: int, length: int, offset: int) -> Read:
    """The coordinates from an offset on."""
    return _slide(axis, size, length, 1, 1, -offset)


def _spread(
    axis: int, size: int, length: int, kernel: int, stride: int, pad: int, dilation: int
) -> Read:
    """The elements whose windows, laid out over the top, cover a coordinate (Deconvolution)."""
    coordinates = []
    for index in range(length):
        found = []
        # From the last element of the window to the first, so that the places come in order.
        for k in reversed(range(kernel)):
            # Element k of the window of `place` lies at place * stride - pad + k * dilation.
            place, remainder = divmod(index + pad - dilation * k, stride)
            if remainder == 0 and 0 <= place < size:
                found.append(place)
        coordinates.append(found)
    line = None
    # With a stride, some elements are covered by more windows than others.
    if stride == 1:
        line = Line(pad - extent(kernel, dilation) + 1, pad, 1)
    return Read(axis, coordinates, size, line)


def _grouped(axis: int, size: int, length: int, groups: int) -> Read:
    """The channels of the group that an element is in."""
    if groups == 1:
        return _all(size)
    # Each group reads its own share of the bottom and writes its own share of the top.
    inputs, outputs = size // groups, length // groups
    coordinates = []
    for channel in range(length):
        start = channel // outputs * inputs
        coordinates.append(range(start, start + inputs))
    return Read(axis, coordinates, size)


# Rules of layer types --------------------------------------------------------------------------


def _elementwise(layer: _Layer) -> Iterator[Reading]:
    for top, shape in enumerate(layer.tops):
        for bottom, other in enumerate(layer.bottoms):
            if other != shape:
                raise UnknownReads(f'layer "{layer.step.name}" ({layer.step.type}) broadcasts')
            yield Reading(top, bottom, _sames(shape))


def _everything(layer: _Layer) -> Iterator[Reading]:
    """Losses, and what looks at whole images: every element may depend on all there is."""
    for top, _ in enumerate(layer.tops):
        for bottom, shape in enumerate(layer.bottoms):
            yield Reading(top, bottom, _alls(shape))


def _nothing(layer: _Layer) -> Iterator[Reading]:
    """Only sizes are read, not values."""
    return iter(())


def _convolution(layer: _Layer) -> Iterator[Reading]:
    """The channels of its group, and a window on the other axes."""
    ctx = layer.ctx
    window = convolution_window(ctx)
    axis = window.axis
    groups = ctx.schema.group(ctx)  # type: ignore[attr-defined]
    moves: Callable[..., Read] = _slide
    if layer.step.type == "Deconvolution":
        # Its forward pass is the backward pass of a convolution.
        # (source: ``DeconvolutionLayer::Forward_cpu``)
        moves = _spread
        if 0 in window.stride:
            raise UnknownReads(f'layer "{layer.step.name}" (Deconvolution) has a stride of 0')
    # The same weights are applied to any number of bottoms, each with a top.
    for index, (bottom, top) in enumerate(zip(layer.bottoms, layer.tops)):
        channels = _grouped(axis, bottom[axis], top[axis], groups)
        spatial = []
        settings = zip(window.kernel, window.stride, window.pad, window.dilation)
        for at, (kernel, stride, pad, dilation) in enumerate(settings, axis + 1):
            spatial.append(moves(at, bottom[at], top[at], kernel, stride, pad, dilation))
        yield Reading(index, index, (*_sames(bottom[:axis]), channels, *spatial))


def _im2col(layer: _Layer) -> Iterator[Reading]:
    """A channel of the top is one element of the window on one channel of the bottom."""
    window = convolution_window(layer.ctx)
    axis, bottom, top = window.axis, layer.bottom, layer.top
    # The elements of the window follow each other row by row, for each channel of the bottom.
    # (source: ``im2col_cpu``)
    area = count(window.kernel)
    for index, place in enumerate(combinations(*map(range, window.kernel))):
        channels: list[tuple[int, ...]] = [()] * top[axis]
        for channel in range(index, top[axis], area):
            channels[channel] = (channel // area,)
        reads = [*_sames(bottom[:axis]), Read(axis, channels, bottom[axis])]
        for i, k in enumerate(place):
            at = axis + 1 + i
            # One element of a window moves as a window of one element that starts there.
            pad = window.pad[i] - k * window.dilation[i]
            reads.append(_slide(at, bottom[at], top[at], 1, window.stride[i], pad))
        yield Reading(0, 0, tuple(reads))


def _pooling(layer: _Layer) -> Iterator[Reading]:
    """A window on its own channel; the second top is the mask."""
    bottom, top = layer.bottom, layer.top
    for index, _ in enumerate(layer.tops):
        if layer.ctx.param.global_pooling:
            yield Reading(index, 0, (*_sames(bottom[:2]), *_alls(bottom[2:])))
            continue
        window = pooling_window(layer.ctx)
        spatial = []
        for i, each in enumerate(zip(window.kernel, window.stride, window.pad)):
            spatial.append(_slide(2 + i, bottom[2 + i], top[2 + i], *each))
        yield Reading(index, 0, (*_sames(bottom[:2]), *spatial))


def _spp(layer: _Layer) -> Iterator[Reading]:
    """Poolings of several levels, flattened and joined."""
    num, channels, *sizes = layer.bottom
    levels = layer.ctx.param.pyramid_height
    # A single level is not flattened: Caffe runs nothing but its pooling.
    # (source: ``SPPLayer::Forward_cpu``)
    if levels == 1:
        yield Reading(0, 0, (*_sames((num, channels)), *_alls(sizes)))
        return
    start = 0
    for level in range(levels):
        bins = 2**level
        length = channels * bins * bins
        # The parts of the top before and after this level, which other levels write.
        unread = (start, layer.top[1] - start - length)
        places = list(combinations(range(channels), range(bins), range(bins)))
        own_channels = [(channel,) for channel, _, _ in places]
        reads = [_same(0, num), Read(1, own_channels, channels, unread=unread)]
        for i, size in enumerate(sizes):
            windows = _bins(size, bins)
            own = [windows[place[1 + i]] for place in places]
            reads.append(Read(1, own, size, unread=unread))
        yield Reading(0, 0, tuple(reads))
        start += length


def _bins(size: int, bins: int) -> list[range]:
    """The windows that divide an axis.  (source: ``SPPLayer::GetPoolingParam``)"""
    kernel = -(-size // bins)
    pad = (kernel * bins - size + 1) // 2
    found = []
    for index in range(bins):
        start = index * kernel - pad
        found.append(range(max(start, 0), min(start + kernel, size)))
    return found


def _inner_product(layer: _Layer) -> Iterator[Reading]:
    yield _from_axis(layer, layer.ctx.axis())


def _reduction(layer: _Layer) -> Iterator[Reading]:
    yield _from_axis(layer, len(layer.top))


def _from_axis(layer: _Layer, axis: int) -> Reading:
    """The same coordinates before an axis, and everything on it and on those after it."""
    return Reading(0, 0, (*_sames(layer.bottom[:axis]), *_alls(layer.bottom[axis:])))


def _arg_max(layer: _Layer) -> Iterator[Reading]:
    bottom = layer.bottom
    # Without an axis it compares all elements of an item.  (source: ``ArgMaxLayer::Forward_cpu``)
    if not layer.ctx.param.HasField("axis"):
        yield Reading(0, 0, (_same(0, bottom[0]), *_alls(bottom[1:])))
        return
    yield from _softmax(layer)


def _softmax(layer: _Layer) -> Iterator[Reading]:
    """Everything along one axis, at the same coordinates on the others."""
    axis = layer.ctx.axis()
    reads = list(_sames(layer.bottom))
    reads[axis] = _all(layer.bottom[axis])
    yield Reading(0, 0, tuple(reads))


def _lrn(layer: _Layer) -> Iterator[Reading]:
    """The neighbors within a square, or in the channels around it."""
    param, bottom = layer.ctx.param, layer.bottom
    # Caffe rejects an even local_size, so the margins on both sides are equal.
    margin = (param.local_size - 1) // 2
    reads = list(_sames(bottom))
    axes = [1]
    if param.norm_region == proto.LRNParameter.WITHIN_CHANNEL:
        axes = [2, 3]
    for axis in axes:
        reads[axis] = _slide(axis, bottom[axis], bottom[axis], param.local_size, 1, margin)
    yield Reading(0, 0, tuple(reads))


def _mvn(layer: _Layer) -> Iterator[Reading]:
    """The whole channel or the whole image, because of its mean and variance."""
    bottom = layer.bottom
    first = 1 if layer.ctx.param.across_channels else 2
    yield Reading(0, 0, (*_sames(bottom[:first]), *_alls(bottom[first:])))


def _normalize(layer: _Layer) -> Iterator[Reading]:
    bottom, param = layer.bottom, layer.ctx.param
    rest = _sames(bottom[2:], 2)
    # Happynear's layer of the same name, with the norms as a second top, has no such option.
    is_happynear = layer.ctx.layer.HasField("normalize_param") or len(layer.tops) > 1
    if param.across_spatial and not is_happynear:
        rest = _alls(bottom[2:])
    for index, _ in enumerate(layer.tops):
        yield Reading(index, 0, (_same(0, bottom[0]), _all(bottom[1]), *rest))


def _batch_norm(layer: _Layer) -> Iterator[Reading]:
    """With the statistics of the batch, every element depends on all of its channel."""
    bottom = layer.bottom
    reads = _sames(bottom)
    if not uses_global_statistics(layer.ctx):
        reads = (_all(bottom[0]), _same(1, bottom[1]), *_alls(bottom[2:]))
    yield Reading(0, 0, reads)


def _scale(layer: _Layer) -> Iterator[Reading]:
    """The second bottom is repeated over the axes that it does not cover."""
    yield Reading(0, 0, _sames(layer.bottom))
    for index, shape in enumerate(layer.bottoms[1:], 1):
        # A scalar covers no axes, and Caffe ignores the axis then.
        first = layer.ctx.axis() if shape else 0
        yield Reading(0, index, _sames(shape, first))


def _axpy(layer: _Layer) -> Iterator[Reading]:
    """The first bottom has one number for each channel, by which the second one is scaled."""
    scale = layer.bottoms[0]
    yield Reading(0, 0, (*_sames(scale[:2]), *_alls(scale[2:])))
    for index in (1, 2):
        yield Reading(0, index, _sames(layer.bottoms[index]))


def _shuffle_channel(layer: _Layer) -> Iterator[Reading]:
    bottom = layer.bottom
    groups = layer.ctx.param.group
    size = bottom[1] // groups
    order = []
    # The channels of the groups take turns, like the columns of a matrix with a row for each group.
    for channel in range(bottom[1]):
        position, group = divmod(channel, groups)
        order.append((group * size + position,))
    shuffled = Read(1, order, bottom[1])
    yield Reading(0, 0, (_same(0, bottom[0]), shuffled, *_sames(bottom[2:], 2)))


def _concat(layer: _Layer) -> Iterator[Reading]:
    """Each bottom has its own range of the top, and nothing outside of it."""
    param = layer.ctx.param
    # Intel's fork permutes and flattens each bottom first, as the heads of SSD do.
    if param.per_fla_fuse:
        raise UnknownReads(f'layer "{layer.step.name}" (Concat) mixes axes')
    axis = joined_axis(layer.ctx)
    start = 0
    for index, bottom in enumerate(layer.bottoms):
        reads = list(_sames(bottom))
        # A single bottom is the whole top, which has nothing before or after it.
        if len(layer.bottoms) > 1:
            after = layer.top[axis] - start - bottom[axis]
            reads[axis] = Read(axis, None, bottom[axis], unread=(start, after))
        start += bottom[axis]
        yield Reading(0, index, tuple(reads))


def _slice(layer: _Layer) -> Iterator[Reading]:
    axis = joined_axis(layer.ctx)
    start = 0
    for index, top in enumerate(layer.tops):
        reads = list(_sames(layer.bottom))
        reads[axis] = _shift(axis, layer.bottom[axis], top[axis], start)
        start += top[axis]
        yield Reading(index, 0, tuple(reads))


def joined_axis(ctx: Context) -> int:
    """The axis of a Concat or Slice, which an older field may give."""
    older = "concat_dim" if ctx.schema.type == "Concat" else "slice_dim"
    if ctx.param.HasField(older):
        return int(getattr(ctx.param, older))
    return ctx.axis()


def _crop(layer: _Layer) -> Iterator[Reading]:
    """The second bottom only gives the size."""
    bottom = layer.bottom
    reads = list(_sames(bottom))
    for axis, offset in enumerate(crop_offsets(layer.ctx), layer.ctx.axis()):
        reads[axis] = _shift(axis, bottom[axis], layer.top[axis], offset)
    yield Reading(0, 0, tuple(reads))


def crop_offsets(ctx: Context) -> list[int]:
    """The offset of a Crop on each axis from ``axis`` on."""
    offsets = list(ctx.param.offset) or [0]
    # A single one is for all of these axes.
    if len(offsets) == 1:
        offsets *= len(ctx.bottom) - ctx.axis()
    return offsets


def _tile(layer: _Layer) -> Iterator[Reading]:
    axis, bottom = layer.ctx.axis(), layer.bottom
    reads = list(_sames(bottom))
    size = bottom[axis]
    # The copies follow one another along the axis.  (source: ``TileLayer::Forward_cpu``)
    places = [(index % size,) for index in range(layer.top[axis])]
    reads[axis] = Read(axis, places, size)
    yield Reading(0, 0, tuple(reads))


def _permute(layer: _Layer) -> Iterator[Reading]:
    bottom = layer.bottom
    # The axes that are not listed follow in their own order.  (source: ``PermuteLayer`` of SSD)
    order = list(dict.fromkeys((*layer.ctx.param.order, *range(len(bottom)))))
    reads = []
    for axis, size in enumerate(bottom):
        reads.append(_same(order.index(axis), size))
    yield Reading(0, 0, tuple(reads))


def _reshape(layer: _Layer) -> Iterator[Reading]:
    """The same elements in the same order, with other axes."""
    inner = _inner_sizes(layer.bottom)
    reads = [_placed(size, inner[axis], layer.top) for axis, size in enumerate(layer.bottom)]
    yield Reading(0, 0, tuple(reads))


def _placed(size: int, inner: int, top: Sequence[int]) -> Read:
    """The coordinate on an axis of the bottom, ``(element // inner) % size``.

    It follows from one axis of the top, unless that splits the axis of the bottom.
    """
    if size == 1:
        return _all(1)
    mixed = Read(None, None, size, mixed=True)
    deciding, smaller = _deciding_axes(size, inner, top)
    if len(deciding) != 1:
        return mixed
    (axis,) = deciding
    step = _inner_sizes(top)[axis]
    # What lies between two steps stays below the next element only if one divides the other.
    if smaller and step % inner and inner % step:
        return mixed
    if step == inner and top[axis] == size:
        return _same(axis, size)
    places = [(index * step // inner % size,) for index in range(top[axis])]
    return Read(axis, places, size)


def _deciding_axes(size: int, inner: int, top: Sequence[int]) -> tuple[list[int], list[int]]:
    """The axes of the top that decide about a coordinate, and those that move within it."""
    deciding, smaller = [], []
    for axis, step in enumerate(_inner_sizes(top)):
        if top[axis] == 1 or step % (inner * size) == 0:
            # All coordinates on this axis come back to the same place.
            continue
        if step * top[axis] <= inner:
            smaller.append(axis)
        else:
            deciding.append(axis)
    return deciding, smaller


def _inner_sizes(shape: Sequence[int]) -> list[int]:
    """For each axis, how far apart two neighbors on it are among all elements."""
    return [count(shape[axis + 1 :]) for axis in range(len(shape))]


def _interp(layer: _Layer) -> Iterator[Reading]:
    """Between the first and the last element, which stay where they are."""
    param, bottom, top = layer.ctx.param, layer.bottom, layer.top
    reads = list(_sames(bottom[:2]))
    for axis in (2, 3):
        cropped = bottom[axis] + param.pad_beg + param.pad_end
        step = Fraction(0)
        if top[axis] > 1:
            step = Fraction(cropped - 1, top[axis] - 1)
        places = []
        for index in range(top[axis]):
            # Fractions are exact: a place that falls on an element needs no neighbor.
            place = index * step - param.pad_beg
            places.append(range(floor(place), ceil(place) + 1))
        reads.append(Read(axis, places, bottom[axis]))
    yield Reading(0, 0, tuple(reads))


def _upsample(layer: _Layer) -> Iterator[Reading]:
    """Each element becomes a square; the place of the value in it is unknown."""
    bottom, top = layer.bottom, layer.top
    reads = list(_sames(bottom[:-2]))
    for axis in range(len(bottom) - 2, len(bottom)):
        # SegNet's Upsample may leave off the last row, so that the division has a remainder.
        scale = -(-top[axis] // bottom[axis])
        places = [(index // scale,) for index in range(top[axis])]
        reads.append(Read(axis, places, bottom[axis]))
    yield Reading(0, 0, tuple(reads))


def _embed(layer: _Layer) -> Iterator[Reading]:
    yield Reading(0, 0, _sames(layer.bottom))


def _batch_reindex(layer: _Layer) -> Iterator[Reading]:
    bottom, indices = layer.bottoms
    yield Reading(0, 0, (_all(bottom[0]), *_sames(bottom[1:], 1)))
    yield Reading(0, 1, _sames(indices))


def _regions(layer: _Layer) -> Iterator[Reading]:
    """The values decide which part of an image is pooled, so it may be any."""
    images, boxes, *_ = layer.bottoms
    channels = _same(1, images[1])
    # Each bin of a box is pooled from channels of its own.
    if layer.step.type == "PSROIPooling":
        channels = _all(images[1])
    yield Reading(0, 0, (_all(images[0]), channels, *_alls(images[2:])))
    yield Reading(0, 1, (_same(0, boxes[0]), *_alls(boxes[1:])))


_RULES: dict[str, _Rule] = {
    "Accuracy": _everything,
    "ArgMax": _arg_max,
    "Axpy": _axpy,
    "BatchNorm": _batch_norm,
    "BatchReindex": _batch_reindex,
    "Bias": _scale,
    "Concat": _concat,
    "Convolution": _convolution,
    "ConvolutionDepthwise": _convolution,
    "Crop": _crop,
    "Deconvolution": _convolution,
    "DepthwiseConv": _convolution,
    "DepthwiseConvolution": _convolution,
    "DetectionOutput": _everything,
    "Embed": _embed,
    "Flatten": _reshape,
    "Im2col": _im2col,
    "InnerProduct": _inner_product,
    "Interp": _interp,
    "LRN": _lrn,
    "MVN": _mvn,
    "Normalize": _normalize,
    "PSROIPooling": _regions,
    "Permute": _permute,
    "Pooling": _pooling,
    "PriorBox": _nothing,
    "ROIAlign": _regions,
    "ROIPooling": _regions,
    "Reduction": _reduction,
    "Reshape": _reshape,
    "SPP": _spp,
    "Scale": _scale,
    "ShuffleChannel": _shuffle_channel,
    "Slice": _slice,
    "Softmax": _softmax,
    "Tile": _tile,
    "Upsample": _upsample,
}
