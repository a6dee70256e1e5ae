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
    if dims and min(dims) > 0:
        start = _matching_start(shape, total(dims), start, end)
    if not 0 <= start <= end <= len(shape):
        raise OpenCVFault(f"axes {start} to {end} do not exist: it has {len(shape)} axes")
    new = [_new_size(shape, place, dim) for place, dim in enumerate(dims, start)]
    if new.count(-1) > 1:
        raise OpenCVFault("more than one dim is -1")
    result = [*shape[:start], *new, *shape[end:]]
    if -1 not in new:
        _quotient(total(shape), total(result), is_inferred=False)
        return result
    inferred = start + new.index(-1)
    # It counts as 1 in the product of the others.
    result[inferred] = 1
    result[inferred] = _quotient(total(shape), total(result), is_inferred=True)
    return result


def _new_size(shape: Sequence[int], place: int, dim: int) -> int:
    """The size of an axis: ``dim`` itself, or what 0 copies; -1 stays for the one to infer."""
    if dim < -1:
        raise OpenCVFault(f"dim {dim} is less than -1")
    if dim != 0:
        return dim
    if place >= len(shape):
        raise OpenCVFault(f"dim 0 copies axis {place}, which does not exist")
    return shape[place]


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
    fitting = [axis for axis in range(start, end) if total(shape, axis, end) == count]
    if fitting:
        # OpenCV goes on from the back, past the axes of size 1 in front of those that fit.
        first = fitting[-1]
        while first - 1 in fitting:
            first -= 1
        return first
    # Otherwise the axes may begin before the one that was asked for.
    while start > 0:
        start -= 1
        if total(shape, start, end) == count:
            return start
    raise OpenCVFault(f"no axes before {end} have {count} elements")
