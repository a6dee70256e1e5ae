"""The axes of Pooling layers and their windows, for the checks of poolings."""

from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._sides import Sides
from protogen.graph import Step
from protogen.poolings import pooled_axes
from protogen.windows import Axis

__all__ = ["poolings"]


def poolings(analysis: Analysis) -> Iterator[tuple[Step, Sides, Axis]]:
    """Each Pooling layer with its axes; height and width are one item if they are pooled alike.

    Axes of unknown size and layers that Caffe rejects are left out.
    """
    for step in analysis.of_type("Pooling"):
        # Nearly all images and kernels are square, and one finding is enough for both sides.
        groups: dict[tuple[int, ...], list[Axis]] = {}
        for axis in pooled_axes(analysis, step):
            key = (axis.size, axis.kernel, axis.stride, axis.pad)
            groups.setdefault(key, []).append(axis)
        for axes in groups.values():
            names = tuple(axis.name for axis in axes)
            yield step, Sides(names), axes[0]
