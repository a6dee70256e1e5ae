"""Windows that slide over the axes of an image: the arithmetic, and the fields that describe them.

Caffe counts windows in three ways: a convolution truncates, a pooling rounds up, and a
deconvolution does not divide at all. Functions of one axis take its size, and the kernel, the
stride, the pad and the dilation on that axis. A size may be `UNKNOWN`.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from google.protobuf.message import Message

from protogen import proto
from protogen.diagnostics import times
from protogen.schema import Context, Fault, count_axes
from protogen.shapes import UNKNOWN, AnySize, Size, Unknown, truncated_division

__all__ = [
    "Axis",
    "ConvolutionWindow",
    "PoolingWindow",
    "Window",
    "convolution_size",
    "convolution_window",
    "deconvolution_size",
    "empty_average",
    "empty_outputs",
    "empty_windows",
    "extent",
    "float32",
    "per_axis",
    "pooling_size",
    "pooling_window",
    "rounds_down",
    "written_field",
]

# Sizes -----------------------------------------------------------------------------------------


def extent(kernel: int, dilation: int) -> int:
    """The number of elements from the first to the last that a dilated kernel touches."""
    return dilation * (kernel - 1) + 1


def convolution_size(size: AnySize, kernel: int, stride: int, pad: int, dilation: int) -> AnySize:
    """The number of windows of a Convolution or Im2col: C++ division truncates toward zero.

    (source: ``ConvolutionLayer::compute_output_shape``)
    """
    return truncated_division(size + 2 * pad - extent(kernel, dilation), stride) + 1


def deconvolution_size(size: AnySize, kernel: int, stride: int, pad: int, dilation: int) -> AnySize:
    """The size of a Deconvolution's top.

    (source: ``DeconvolutionLayer::compute_output_shape``)
    """
    return stride * (size - 1) + extent(kernel, dilation) - 2 * pad


def float32(value: float) -> float:
    """The value, rounded to a C++ ``float``."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


def pooling_size(
    size: AnySize,
    kernel: AnySize,
    stride: int,
    pad: int,
    *,
    floor: bool = False,
    clip: bool = False,
) -> AnySize:
    """The number of windows of a Pooling: rounded up in float32, clipped if there is padding.

    ``clip`` is whether ``pad_h`` or ``pad_w`` is above zero. Either one enables it for both axes:
    a last window that would start at or past ``size + pad`` is dropped.
    (source: ``PoolingLayer::Reshape``)
    """
    # The kernel of a global pooling is the size itself.
    if isinstance(size, Unknown) or isinstance(kernel, Unknown):
        return UNKNOWN
    # Caffe divides floats, which represent integers above 2**24 only approximately.
    quotient = float32(float32(size + 2 * pad - kernel) / stride)
    steps = math.floor(quotient) if floor else math.ceil(quotient)
    last_start = steps * stride
    if clip and last_start >= size + pad:
        steps -= 1
    # The first window needs no step.
    return steps + 1


# Empty windows ---------------------------------------------------------------------------------


def empty_windows(size: int, stride: int, pad: int, windows: int, *, average: bool = False) -> int:
    """The number of windows on an axis for which Pooling computes garbage because they are empty.

    They start at or past ``size``, and without padding nothing drops them. MAX writes -FLT_MAX for
    each of them. AVE (``average``) writes NaN only for one that starts exactly at the edge. The
    others become 0 and are not counted; see `empty_average`.
    (source: ``PoolingLayer::Forward_cpu``)
    """
    if average:
        edge = size + pad
        starts_at_edge = edge % stride == 0 and edge // stride < windows
        return int(starts_at_edge)
    first_empty = -((size + pad) // -stride)  # (size + pad) / stride, rounded up
    return max(0, windows - first_empty)


def empty_outputs(windows: Sequence[int], empty: Sequence[int]) -> int:
    """The number of garbage elements in each top channel: those in an empty row or column.

    ``windows`` and ``empty`` are the numbers of all windows and of the empty ones on each axis.
    """
    # An element of the top is sound if its windows on both axes are.
    sound = 1
    for every, none in zip(windows, empty):
        sound *= every - none
    return math.prod(windows) - sound


def empty_average(divisor: int) -> float:
    """What AVE pooling computes for an empty window: the sum of no elements, 0, over the divisor.

    ``divisor`` is the product of `Window.divisor` on both axes. If the window starts exactly at the
    edge of an axis, its divisor there is 0, and the average is NaN. If it starts past the edge, the
    divisor is negative, because Caffe subtracts the start from the edge, and the average is -0.
    (source: ``PoolingLayer::Forward_cpu``)
    """
    if divisor == 0:
        return math.nan
    # As in C++, 0 divided by a negative number is -0, which Python compares equal to 0.
    return math.copysign(0.0, divisor)


# The windows of a pooled axis ------------------------------------------------------------------


class Window(NamedTuple):
    """One window on an axis: the elements from ``start`` up to, but not including, ``stop``.

    Indices below 0 and from the size of the axis on are padding, except for the last ``overhang``
    of them, which lie beyond the padding. ``elements`` is the number of elements of the image
    itself. AVE pooling divides by ``divisor``, which counts the padding but not the overhang.
    """

    start: int
    stop: int
    elements: int
    overhang: int
    divisor: int

    @property
    def kind(self) -> str:
        """*whole*, *padded* (part of it is padding), *overhang* (part lies beyond) or *empty*."""
        if not self.elements:
            return "empty"
        if self.overhang:
            return "overhang"
        if self.elements == self.stop - self.start:
            return "whole"
        return "padded"


@dataclass(frozen=True)
class Axis:
    """One axis of a pooling. ``clip`` is whether there is padding, on this axis or the other."""

    name: str
    size: int
    kernel: int
    stride: int
    pad: int
    floor: bool
    clip: bool

    @property
    def unclipped(self) -> int:
        """The number of windows before Caffe checks where the last one starts."""
        return pooling_size(self.size, self.kernel, self.stride, self.pad, floor=self.floor)

    @property
    def pooled(self) -> int:
        """The number of windows, which is the size of the top."""
        return pooling_size(
            self.size, self.kernel, self.stride, self.pad, floor=self.floor, clip=self.clip
        )

    @property
    def remainder(self) -> int:
        """What is left over of the axis, with its padding, past the last window that fits in it."""
        return (self.size + 2 * self.pad - self.kernel) % self.stride

    @property
    def rounds(self) -> bool:
        """Whether the number of windows is rounded, so that frameworks disagree about it."""
        # If not even one window fits, frameworks that round down have none and reject the pooling.
        return bool(self.remainder) or self.size + 2 * self.pad < self.kernel

    @property
    def floored(self) -> int:
        """The number of windows rounded down, which is the default of other frameworks."""
        return (self.size + 2 * self.pad - self.kernel) // self.stride + 1

    def window(self, index: int) -> Window:
        """The window that produces element ``index`` of the top."""
        start = index * self.stride - self.pad
        stop = start + self.kernel
        elements = max(0, min(stop, self.size) - max(start, 0))
        overhang = max(0, stop - (self.size + self.pad))
        return Window(start, stop, elements, overhang, self.kernel - overhang)

    def windows(self) -> Iterator[Window]:
        """Every window, in the order of the top."""
        return map(self.window, range(self.pooled))


# Fields ----------------------------------------------------------------------------------------


def written_field(param: Message, field: str, axis: int) -> str:
    """Where the text gives ``kernel_size``, ``stride`` or ``pad`` of a spatial axis.

    That is the field itself, one of its elements, or ``kernel_h`` for axis 0 and ``kernel_w`` for
    axis 1.
    """
    stem = field.removesuffix("_size")
    pair = (f"{stem}_h", f"{stem}_w")
    if any(map(param.HasField, pair)):
        return pair[axis]
    values = getattr(param, field)
    # The field of a Pooling is one number, that of a Convolution is repeated.
    if isinstance(values, int) or len(values) < 2:
        return field
    return f"{field}[{axis}]"


# Fields of a Convolution -----------------------------------------------------------------------


class ConvolutionWindow(NamedTuple):
    """The window on each spatial axis; ``axis`` is the channel axis, just before the first."""

    axis: int
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    pad: tuple[int, ...]
    dilation: tuple[int, ...]

    @property
    def is_pointwise(self) -> bool:
        """Whether each window is a single element: kernel 1, stride 1 and no padding."""
        return {*self.kernel, *self.stride} <= {1} and not any(self.pad)


def convolution_window(ctx: Context) -> ConvolutionWindow:
    """Read the window of a convolution.

    Raises `Fault` for one that Caffe rejects, in the order of Caffe's own checks.
    (source: ``BaseConvolutionLayer::LayerSetUp``)
    """
    param = ctx.param
    axis = ctx.axis()
    axes = len(ctx.bottom) - axis - 1
    kernel = _field_or_pair(ctx, "kernel_size", "kernel_h", "kernel_w", axes, 0)
    if any(size <= 0 for size in kernel):
        raise _no_kernel(ctx)
    stride = _field_or_pair(ctx, "stride", "stride_h", "stride_w", axes, 1)
    # Caffe does not check stride_h and stride_w. A Convolution then divides by zero, which its own
    # schema reports; a Deconvolution multiplies by it, and accepts it.
    if 0 in stride and not (param.HasField("stride_h") or param.HasField("stride_w")):
        raise ctx.fault("stride must be greater than 0, got 0", "stride")
    pad = _field_or_pair(ctx, "pad", "pad_h", "pad_w", axes, 0)
    dilation = per_axis(ctx, "dilation", axes, 1)
    return ConvolutionWindow(axis, kernel, stride, pad, dilation)


def _no_kernel(ctx: Context) -> Fault:
    """The fault of a convolution whose kernel has no size on some axis."""
    pair = ("kernel_h", "kernel_w")
    written = list(filter(ctx.param.HasField, pair))
    if len(written) == 1:
        (missing,) = set(pair).difference(written)
        return ctx.fault(f"{written[0]} is given without {missing}, which is then 0", written[0])
    if written or ctx.param.kernel_size:
        return _zero(ctx, "kernel_size", *pair)
    return ctx.fault("kernel_size is missing; give it once, or once per axis", "kernel_size")


def _zero(ctx: Context, field: str, height: str, width: str) -> Fault:
    """The fault of a kernel size or a stride that is given as 0."""
    written = filter(ctx.param.HasField, (height, width))
    for name in written:
        if getattr(ctx.param, name) == 0:
            field = name
            break
    return ctx.fault(f"{field} must be greater than 0, got 0", field)


def per_axis(ctx: Context, field: str, axes: int, default: int) -> tuple[int, ...]:
    """A repeated field of the window, given once for all axes or once for each axis."""
    values = tuple(getattr(ctx.param, field))
    if not values:
        return (default,) * axes
    if len(values) == 1:
        return values * axes
    if len(values) == axes:
        return values
    raise ctx.fault(
        f"{field} is given {times(len(values))} for {count_axes(axes, 'spatial')};"
        " give it once, or once per axis",
        field,
    )


def _field_or_pair(
    ctx: Context, field: str, height: str, width: str, axes: int, default: int
) -> tuple[int, ...]:
    """``kernel_size``, or ``kernel_h`` and ``kernel_w``; stride and pad likewise."""
    param = ctx.param
    written = list(filter(param.HasField, (height, width)))
    if not written:
        return per_axis(ctx, field, axes, default)
    if axes != 2:
        raise ctx.fault(f"{height} and {width} need 2 spatial axes, got {axes}", written[0])
    if getattr(param, field):
        raise ctx.fault(f"both {field} and {written[0]} are given; keep one", written[0])
    # Where only one of the pair is written, the other one is 0, its default.
    return (getattr(param, height), getattr(param, width))


# Fields of a Pooling ---------------------------------------------------------------------------


class PoolingWindow(NamedTuple):
    """The window as pairs (height, width), and whether the number of windows is rounded down."""

    # Of integers, but a global pooling has the sizes of its bottom, which may be `UNKNOWN`.
    kernel: tuple[Any, Any]
    stride: tuple[int, int]
    pad: tuple[int, int]
    floor: bool

    @property
    def clip(self) -> bool:
        """Whether there is padding, so that Caffe drops windows that start past the edge."""
        return self.pad != (0, 0)


def pooling_window(ctx: Context) -> PoolingWindow:
    """Read the window of a pooling.

    Raises `Fault` for one that Caffe rejects, in the order of Caffe's own checks.
    (source: ``PoolingLayer::LayerSetUp``)
    """
    param = ctx.param
    _, _, height, width = ctx.nchw()
    kernel: tuple[Size, Size] = (height, width)
    if param.global_pooling:
        _reject_global_kernel(ctx)
    else:
        kernel = _pooling_kernel(ctx)
    pad = _pooling_pair(ctx, "pad", "pad_h", "pad_w")
    stride = _pooling_pair(ctx, "stride", "stride_h", "stride_w")
    # Each by itself, not min(): no comparison with an unknown size is true.
    if kernel[0] <= 0 or kernel[1] <= 0:
        raise _empty_kernel(ctx)
    # Caffe has no such check: it divides a float by 0, and converts the infinity to an integer.
    if 0 in stride:
        raise _zero(ctx, "stride", "stride_h", "stride_w")
    if param.global_pooling and (pad != (0, 0) or stride != (1, 1)):
        raise ctx.fault("global_pooling requires pad 0 and stride 1", "global_pooling")
    return PoolingWindow(kernel, stride, pad, rounds_down(param))


def rounds_down(param: proto.PoolingParameter) -> bool:
    """Whether the number of windows is rounded down: the first field below that is given decides.

    ``round_mode`` is BVLC's; forks write ``ceil_mode`` or ``torch_pooling``.
    """
    if param.HasField("round_mode"):
        return bool(param.round_mode == proto.PoolingParameter.FLOOR)
    if param.HasField("ceil_mode"):
        return not param.ceil_mode
    return bool(param.torch_pooling)


def _reject_global_kernel(ctx: Context) -> None:
    for field in ("kernel_size", "kernel_h", "kernel_w"):
        if ctx.param.HasField(field):
            raise ctx.fault(
                f"global_pooling covers the whole bottom, so {field} must not be given", field
            )


def _empty_kernel(ctx: Context) -> Fault:
    """The fault of a pooling whose kernel has the size 0."""
    if ctx.param.global_pooling:
        return ctx.fault(f"global_pooling needs an image with pixels: {ctx.describe(0)}", bottom=0)
    return _zero(ctx, "kernel_size", "kernel_h", "kernel_w")


def _pooling_kernel(ctx: Context) -> tuple[int, int]:
    param = ctx.param
    # Caffe ignores a single one of the pair if kernel_size is given, but rejects all three.
    pair = param.HasField("kernel_h") and param.HasField("kernel_w")
    if pair and param.HasField("kernel_size"):
        raise ctx.fault(
            "both kernel_size and kernel_h, kernel_w are given; keep one", "kernel_size"
        )
    if pair:
        return param.kernel_h, param.kernel_w
    if not param.HasField("kernel_size"):
        raise ctx.fault(
            "kernel size is missing; give kernel_size, or both kernel_h and kernel_w",
            "kernel_size",
        )
    return param.kernel_size, param.kernel_size


def _pooling_pair(ctx: Context, field: str, height: str, width: str) -> tuple[int, int]:
    """``pad``, or both ``pad_h`` and ``pad_w``; stride likewise."""
    param = ctx.param
    written = list(filter(param.HasField, (height, width)))
    if not written:
        value = getattr(param, field)
        return value, value
    # Unlike the kernel's, a single one of the pair is rejected here.
    if len(written) == 1 or param.HasField(field):
        raise ctx.fault(f"give either {field}, or both {height} and {width}", written[0])
    return getattr(param, height), getattr(param, width)
