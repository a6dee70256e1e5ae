"""The arithmetic of windows that slide over an axis: Caffe's three kinds of rounding.

Each function takes sizes of one axis. Sizes may be `UNKNOWN`.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import Any

from protogen.schema import Fault
from protogen.shapes import UNKNOWN, truncated_division

__all__ = [
    "convolved",
    "deconvolved",
    "empty_outputs",
    "empty_windows",
    "float32",
    "pooled",
    "spatial",
]


def convolved(size: Any, kernel: int, stride: int, pad: int, dilation: int) -> Any:
    """Windows of a Convolution or Im2col: C++ division, which truncates toward zero.

    (source: ``ConvolutionLayer::compute_output_shape``)
    """
    extent = dilation * (kernel - 1) + 1
    return truncated_division(size + 2 * pad - extent, stride) + 1


def deconvolved(size: Any, kernel: int, stride: int, pad: int, dilation: int) -> Any:
    """The size that a Deconvolution makes.  (source: ``DeconvolutionLayer``)"""
    return stride * (size - 1) + dilation * (kernel - 1) + 1 - 2 * pad


def float32(value: float) -> float:
    """The value as a ``float`` of C++ keeps it."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


def pooled(
    size: Any, kernel: int, stride: int, pad: int, *, floor: bool = False, clip: bool = False
) -> Any:
    """Windows of a Pooling: rounded up in float32, then clipped if the layer has any padding.

    ``clip`` is whether ``pad_h`` or ``pad_w`` is above zero: either one switches it on for both
    axes, and takes off a last window that would start at or after ``size + pad``.
    (source: ``PoolingLayer::Reshape``)
    """
    if size is UNKNOWN:
        return UNKNOWN
    quotient = float32(float32(size + 2 * pad - kernel) / stride)
    windows = (math.floor if floor else math.ceil)(quotient) + 1
    if clip and (windows - 1) * stride >= size + pad:
        windows -= 1
    return windows


def empty_windows(size: int, stride: int, pad: int, windows: int, *, average: bool = False) -> int:
    """How many of an axis' windows make garbage of a Pooling, for they hold no element.

    They start at or past ``size``; without padding nothing keeps the last one from it. MAX gives
    -FLT_MAX there. AVE divides no sum by the elements up to ``size + pad``: NaN where these are
    none, and only there, for past that edge Caffe counts them below zero and gives -0.
    """
    if average:
        edge = size + pad
        return int(edge % stride == 0 and edge // stride < windows)
    return max(0, windows + (size + pad) // -stride)


def empty_outputs(windows: Sequence[int], empty: Sequence[int]) -> int:
    """How many elements of each top channel are garbage: those in an empty row or column."""
    return math.prod(windows) - math.prod(every - none for every, none in zip(windows, empty))


def spatial(param: Any, name: str, axes: int, default: int) -> tuple[int, ...]:
    """A repeated window field, once for all axes or once for each.  (``BaseConvolutionLayer``)"""
    values = tuple(getattr(param, name))
    if not values:
        return (default,) * axes
    if len(values) == 1:
        return values * axes
    if len(values) != axes:
        raise Fault(
            f"{name} is given {len(values)} times for {axes} spatial axes; give it once,"
            " or once per axis",
            field=name,
        )
    return values
