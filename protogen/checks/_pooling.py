"""The axes of Pooling layers and their windows, for the checks of poolings."""

from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._sides import Sides
from protogen.graph import Step
from protogen.schema import Fault
from protogen.windows import Axis, pooling_window

__all__ = ["pooled_axes", "poolings"]


def poolings(analysis: Analysis) -> Iterator[tuple[Step, Sides, Axis]]:
    """Each Pooling layer with its axes; height and width are one item if they are pooled alike.

    Axes of unknown size and layers that Caffe rejects are left out.
    """
    for step in analysis.of_type("Pooling"):
        groups: dict[tuple[int, ...], list[Axis]] = {}
        for axis in pooled_axes(analysis, step):
            key = (axis.size, axis.kernel, axis.stride, axis.pad)
            groups.setdefault(key, []).append(axis)
        for axes in groups.values():
            yield step, Sides(tuple(axis.name for axis in axes)), axes[0]


def pooled_axes(analysis: Analysis, step: Step) -> list[Axis]:
    """The height and width of one Pooling layer, if their sizes are known."""
    ctx = analysis.context(step)
    if ctx is None or len(ctx.bottom) != 4:
        return []
    try:
        window = pooling_window(ctx)
    except Fault:
        return []
    axes = []
    for i, (name, size) in enumerate(zip(("height", "width"), ctx.bottom[2:])):
        if isinstance(size, int) and size > 0:
            numbers = (window.kernel[i], window.stride[i], window.pad[i])
            axes.append(Axis(name, size, *numbers, window.floor, window.clip))
    return axes
