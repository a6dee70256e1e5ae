"""What the rules of convolutions look at: each axis of a Convolution layer and its windows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from protogen.analysis import Analysis
from protogen.graph import Step
from protogen.layers._convolution import windows
from protogen.layers._windows import convolved
from protogen.schema import Fault

__all__ = ["ConvolvedAxis", "convolutions"]


@dataclass(frozen=True)
class ConvolvedAxis:
    """A Convolution on one axis of known size."""

    size: int
    kernel: int
    stride: int
    pad: int
    dilation: int

    @property
    def extent(self) -> int:
        """How far a window spans."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def made(self) -> int:
        """The number of windows."""
        return int(convolved(self.size, self.kernel, self.stride, self.pad, self.dilation))

    @property
    def unread(self) -> int:
        """How many elements lie past the last window."""
        stop = (self.made - 1) * self.stride - self.pad + self.extent
        return max(0, self.size - stop)


def convolutions(analysis: Analysis) -> Iterator[tuple[Step, str, ConvolvedAxis]]:
    """Each Convolution of images with the axes that are convolved alike.

    An axis of unknown size is left out, and so is a layer that Caffe refuses.
    """
    for step in analysis.of_type("Convolution"):
        alike: dict[ConvolvedAxis, list[str]] = {}
        for name, axis in _axes(analysis, step):
            alike.setdefault(axis, []).append(name)
        for axis, names in alike.items():
            yield step, " and ".join(names), axis


def _axes(analysis: Analysis, step: Step) -> Iterator[tuple[str, ConvolvedAxis]]:
    ctx = analysis.context(step)
    if ctx is None or len(ctx.bottom) != 4:
        return
    try:
        w = windows(ctx)
    except Fault:
        return
    if w.axis != 1:
        return
    for i, name in enumerate(("height", "width")):
        size = ctx.bottom[2 + i]
        if isinstance(size, int):
            yield name, ConvolvedAxis(size, w.kernel[i], w.stride[i], w.pad[i], w.dilation[i])
