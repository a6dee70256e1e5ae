"""The shape of the top of OpenCV's Reshape."""

from __future__ import annotations

from collections.abc import Sequence

from protogen.portability.opencv.arithmetic import total
from protogen.portability.opencv.faults import OpenCVFault

__all__ = ["reshaped"]


def reshaped(shape: Sequence[int], dims: Sequence[int], start: int, end: int | None) -> list[int]:
    """A shape with the axes from ``start`` to ``end`` replaced by ``dims``.

    ``dims`` are as in Caffe: 0 copies a size, one -1 is inferred. If all are positive, OpenCV looks
    for axes with as many elements, from the back.
    (source: ``computeShapeByReshapeMask`` in reshape_layer.cpp)
    """
    start, end = _axis_range(start, end, len(shape))
    if dims and all(dim > 0 for dim in dims):
        start = _matching_start(shape, total(dims), start, end)
    if not 0 <= start <= end <= len(shape):
        raise OpenCVFault(f"axes {start} to {end} do not exist: it has {len(shape)} axes")
    result = [*shape[:start], *dims, *shape[end:]]
    inferred: int | None = None
    for place, dim in enumerate(dims, start):
        if dim < -1:
            raise OpenCVFault(f"dim {dim} is less than -1")
        if dim == 0:
            if place >= len(shape):
                raise OpenCVFault(f"dim 0 copies axis {place}, which does not exist")
            result[place] = shape[place]
        elif dim == -1:
            if inferred is not None:
                raise OpenCVFault("more than one dim is -1")
            inferred = place
            result[place] = 1
    quotient = _quotient(total(shape), total(result), is_inferred=inferred is not None)
    if inferred is not None:
        result[inferred] = quotient
    return result


def _quotient(count: int, known: int, *, is_inferred: bool) -> int:
    """The size that is left for the inferred axis; 1 if there is none.

    ``known`` is the product of the other sizes. Raises `OpenCVFault` if ``count`` elements do not
    fit them.
    """
    fits = known != 0 and count % known == 0
    if not is_inferred:
        fits = known != 0 and count == known
    if not fits:
        raise OpenCVFault(f"{count} elements cannot be reshaped to it")
    return count // known


def _axis_range(start: int, end: int | None, axes: int) -> tuple[int, int]:
    """The axes to replace. A negative end counts from the back, and one too far is the last."""
    if start < 0:
        raise OpenCVFault(f"axis {start} is negative, which OpenCV's Reshape rejects")
    if end is None:
        last = axes
    elif end > 0:
        last = min(end, axes)
    else:
        last = axes + end + 1
    if not start < last <= axes:
        raise OpenCVFault(f"axes {start} to {last} do not exist: the bottom has {axes} axes")
    return start, last


def _matching_start(shape: Sequence[int], count: int, start: int, end: int) -> int:
    """Where the axes begin that have as many elements as ``dims``."""
    matched = False
    for axis in range(end - 1, start - 1, -1):
        matches = total(shape, axis, end) == count
        if matched and not matches:
            start = axis + 1
            break
        if matched and axis == 0:
            start = 0
            break
        matched = matched or matches
    while total(shape, start, end) != count and start > 0:
        start -= 1
    if total(shape, start, end) != count:
        raise OpenCVFault(f"no axes before {end} have {count} elements")
    return start
