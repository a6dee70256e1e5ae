"""One axis of a pooling: how many windows Caffe makes of it, and what each of them covers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from protogen import layers
from protogen.layers._windows import pooled
from protogen.schema import Context

if TYPE_CHECKING:
    from protogen.layers.pooling import PoolingWindow

__all__ = ["Axis", "Window", "pooling_window"]


class Window(NamedTuple):
    """One window of an axis: it covers the elements from ``start`` up to, not including, ``stop``.

    Indices below 0 and from the axis' size on are padding, or (``overhang`` of them) beyond it.
    ``divisor`` is what an average over the window is divided by: padding counts, what lies beyond
    does not. ``elements`` is how many it holds of the image itself.
    """

    start: int
    stop: int
    elements: int
    overhang: int
    divisor: int

    @property
    def kind(self) -> str:
        """*whole*, *padded* (some of it is padding), *overhang* (some lies beyond) or *empty*."""
        if not self.elements:
            return "empty"
        if self.overhang:
            return "overhang"
        return "whole" if self.elements == self.stop - self.start else "padded"


@dataclass(frozen=True)
class Axis:
    """A pooling on one axis. ``clip`` is whether padding, of either axis, cuts off last windows."""

    name: str
    size: int
    kernel: int
    stride: int
    pad: int
    floor: bool
    clip: bool

    @property
    def unclipped(self) -> int:
        """The number of windows before Caffe looks where the last one starts."""
        return int(pooled(self.size, self.kernel, self.stride, self.pad, floor=self.floor))

    @property
    def pooled(self) -> int:
        """The number of windows, which is the size of the top."""
        clip = {"floor": self.floor, "clip": self.clip}
        return int(pooled(self.size, self.kernel, self.stride, self.pad, **clip))

    @property
    def remainder(self) -> int:
        """What is left over when the windows are counted in steps of the stride."""
        return (self.size + 2 * self.pad - self.kernel) % self.stride

    @property
    def rounds(self) -> bool:
        """Whether the windows do not come out even, so that frameworks differ in their number."""
        return bool(self.remainder) or self.size + 2 * self.pad < self.kernel

    @property
    def floored(self) -> int:
        """The number of windows rounded down, as other frameworks do unless told otherwise."""
        return (self.size + 2 * self.pad - self.kernel) // self.stride + 1

    def window(self, index: int) -> Window:
        """The window that makes element ``index`` of the top."""
        start = index * self.stride - self.pad
        stop = start + self.kernel
        elements = max(0, min(stop, self.size) - max(start, 0))
        overhang = max(0, stop - (self.size + self.pad))
        return Window(start, stop, elements, overhang, self.kernel - overhang)

    def windows(self) -> Iterator[Window]:
        """Every window, in the order of the top."""
        return map(self.window, range(self.pooled))


def pooling_window(ctx: Context) -> PoolingWindow:
    """The window of a Pooling layer on both axes; raises `Fault` for one that Caffe refuses."""
    schema: Any = layers.find("Pooling")
    window: PoolingWindow = schema.window(ctx)
    return window
