"""What the rules of pooling look at: each axis of a Pooling layer, its size and its windows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protogen.analysis import Analysis
from protogen.graph import Step
from protogen.layers._pooled import Axis, pooling_window
from protogen.schema import Fault

__all__ = ["AVE", "pooled_axes", "poolings"]

AVE = 1


def poolings(analysis: Analysis) -> Iterator[tuple[Step, str, Axis]]:
    """Each Pooling layer with the axes that are pooled alike: one of ``height and width``, or both.

    An axis of unknown size is left out, and so is a layer that Caffe refuses.
    """
    for step in analysis.of_type("Pooling"):
        alike: dict[Any, list[Axis]] = {}
        for axis in pooled_axes(analysis, step):
            alike.setdefault((axis.size, axis.kernel, axis.stride, axis.pad), []).append(axis)
        for axes in alike.values():
            yield step, " and ".join(axis.name for axis in axes), axes[0]


def pooled_axes(analysis: Analysis, step: Step) -> list[Axis]:
    """The height and width of one Pooling layer, as far as their sizes are known."""
    ctx = analysis.context(step)
    if ctx is None or len(ctx.bottom) != 4:
        return []
    try:
        window = pooling_window(ctx)
    except Fault:
        return []
    sizes = ctx.bottom[2:]
    return [
        Axis(
            name, size, window.kernel[i], window.stride[i], window.pad[i], window.floor, window.clip
        )
        for i, (name, size) in enumerate(zip(("height", "width"), sizes))
        if isinstance(size, int) and size > 0
    ]
