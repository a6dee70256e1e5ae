"""The axes of Convolution layers and their windows, for the checks of convolutions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from protogen.analysis import Analysis
from protogen.checks._sides import Sides
from protogen.graph import Step
from protogen.schema import Fault
from protogen.windows import convolution_size, convolution_window, extent

__all__ = ["ConvolutionAxis", "convolutions"]


@dataclass(frozen=True)
class ConvolutionAxis:
    """One axis of known size, and the numbers of the windows on it."""

    size: int
    kernel: int
    stride: int
    pad: int
    dilation: int

    @property
    def extent(self) -> int:
        """The number of elements from the first to the last of a window."""
        return extent(self.kernel, self.dilation)

    @property
    def windows(self) -> int:
        """The number of windows, which is the size of the top."""
        return int(convolution_size(self.size, self.kernel, self.stride, self.pad, self.dilation))

    @property
    def unread(self) -> int:
        """The number of elements past the last window."""
        stop = (self.windows - 1) * self.stride - self.pad + self.extent
        return max(0, self.size - stop)

    @property
    def padding_windows(self) -> int:
        """The number of windows of a kernel of 1 that contain only padding."""
        first_inside = -(self.pad // -self.stride)  # pad / stride, rounded up
        last_inside = min((self.size - 1 + self.pad) // self.stride, self.windows - 1)
        return self.windows - (last_inside - first_inside + 1)


#: What `convolutions` found in an analysis. Four checks ask for it, and to find it takes 25
#: microseconds for each layer.
_found: WeakKeyDictionary[Analysis, list[tuple[Step, Sides, ConvolutionAxis]]] = WeakKeyDictionary()


def convolutions(analysis: Analysis) -> list[tuple[Step, Sides, ConvolutionAxis]]:
    """Each Convolution of images with its axes; height and width are one item if they are alike.

    Axes of unknown size and layers that Caffe rejects are left out.
    """
    if analysis not in _found:
        _found[analysis] = list(_convolutions(analysis))
    return _found[analysis]


def _convolutions(analysis: Analysis) -> Iterator[tuple[Step, Sides, ConvolutionAxis]]:
    for step in analysis.of_type("Convolution"):
        groups: dict[ConvolutionAxis, list[str]] = {}
        for name, axis in _axes(analysis, step):
            groups.setdefault(axis, []).append(name)
        for axis, names in groups.items():
            yield step, Sides(tuple(names)), axis


def _axes(analysis: Analysis, step: Step) -> Iterator[tuple[str, ConvolutionAxis]]:
    ctx = analysis.context(step)
    if ctx is None or len(ctx.bottom) != 4:
        return
    try:
        window = convolution_window(ctx)
    except Fault:
        return
    if window.axis != 1:  # an N-D convolution, whose axes are not height and width
        return
    for i, name in enumerate(("height", "width")):
        size = ctx.bottom[2 + i]
        if isinstance(size, int):
            numbers = (window.kernel[i], window.stride[i], window.pad[i], window.dilation[i])
            yield name, ConvolutionAxis(size, *numbers)
