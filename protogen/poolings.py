"""The axes of the Pooling layers of a net: sizes, windows, and where Caffe rounds up."""

from __future__ import annotations

from dataclasses import dataclass

from protogen.analysis import Analysis
from protogen.graph import Step
from protogen.schema import Fault
from protogen.windows import Axis, pooling_window

__all__ = ["Rounding", "pooled_axes", "roundings"]


def pooled_axes(analysis: Analysis, step: Step) -> list[Axis]:
    """The height and width of one Pooling layer, if their sizes are known."""
    ctx = analysis.context(step)
    # PoolingLayer rejects any other number of axes.
    if ctx is None or len(ctx.bottom) != 4:
        return []
    try:
        window = pooling_window(ctx)
    except Fault:
        return []
    axes = []
    for i, name in enumerate(("height", "width")):
        size = ctx.bottom[2 + i]
        # An unknown size is no int.
        if not isinstance(size, int) or size < 1:
            continue
        numbers = (window.kernel[i], window.stride[i], window.pad[i])
        axes.append(Axis(name, size, *numbers, window.floor, window.clip))
    return axes


@dataclass(frozen=True)
class Rounding:
    """A Pooling layer that Caffe rounds up: its sizes, and those that rounding down gives."""

    layer: str
    caffe: tuple[int, ...]
    floor: tuple[int, ...]


def roundings(analysis: Analysis) -> list[Rounding]:
    """The Pooling layers for which other frameworks, which round down by default, differ."""
    found = []
    for step in analysis.of_type("Pooling"):
        axes = pooled_axes(analysis, step)
        # Caffe's own clip may take the window off again that rounding up has added.
        caffe = tuple(axis.pooled for axis in axes)
        floor = tuple(axis.floored for axis in axes)
        if caffe != floor:
            found.append(Rounding(step.name, caffe, floor))
    return found
