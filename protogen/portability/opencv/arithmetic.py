"""C++'s arithmetic where OpenCV's result depends on it: 32 and 64 bits, and float32."""

from __future__ import annotations

from collections.abc import Sequence

from protogen.portability.opencv.faults import OpenCVFault

__all__ = ["axis_of", "int32", "total", "unsigned"]


def int32(value: int) -> int:
    """A number as ``int`` holds it."""
    return (value + 2**31) % 2**32 - 2**31


def unsigned(value: int) -> int:
    """A number as ``size_t`` holds it: a negative one is huge."""
    return value % 2**64


def total(shape: Sequence[int], start: int = 0, end: int | None = None) -> int:
    """The number of elements between two axes; none of an empty shape."""
    if not shape:
        return 0
    last = len(shape) if end is None else end
    if not 0 <= start <= last <= len(shape):
        raise OpenCVFault(f"axes {start} to {last} do not exist: it has {len(shape)} axes")
    product = 1
    for size in shape[start:last]:
        product = int32(product * size)
    return product


def axis_of(axis: int, axes: int) -> int:
    """An axis counted from the front."""
    if not -axes <= axis < axes:
        raise OpenCVFault(f"axis {axis} does not exist: the bottom has {axes} axes", "bottom")
    return axis % axes
