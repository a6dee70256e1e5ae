"""How Caffe convolves an image: the size and every window of each axis, and what is never read.

The windows of a Convolution lie on its bottom. Those of a Deconvolution lie on its top, one for
each element of its bottom.
(source: ``ConvolutionLayer`` and ``DeconvolutionLayer::compute_output_shape``)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from protogen import layers, proto
from protogen.diagnostics import ProtogenError
from protogen.rules import named
from protogen.schema import Fault
from protogen.windows import convolution_size, deconvolution_size, extent

__all__ = ["ConvolutionAxis", "Pair", "Settings", "convolution_axes", "settings_for"]

#: A value for each axis: height, then width.
Pair = tuple[int, int]


#: More elements of windows than these are not looked at one by one.
_MOST_ELEMENTS = 1_000_000


class Settings(NamedTuple):
    """The window on an axis."""

    kernel: int
    stride: int = 1
    pad: int = 0
    dilation: int = 1

    @property
    def extent(self) -> int:
        """The number of elements from the first to the last that a window touches."""
        return extent(self.kernel, self.dilation)


@dataclass(frozen=True)
class ConvolutionAxis:
    """One axis of a Convolution, or of a Deconvolution if it is ``transposed``."""

    name: str
    size: int
    settings: Settings
    transposed: bool = False

    @property
    def top(self) -> int:
        """The size of the top."""
        compute = convolution_size
        if self.transposed:
            compute = deconvolution_size
        return compute(self.size, *self.settings)

    @property
    def number(self) -> int:
        """The number of windows."""
        if self.transposed:
            return self.size
        return self.top

    @property
    def length(self) -> int:
        """The size of what the windows lie on: the bottom, or the top of a Deconvolution."""
        if self.transposed:
            return self.top
        return self.size

    def window(self, index: int) -> range:
        """The places that a window touches. Those below 0 or from `length` on are padding."""
        start = index * self.settings.stride - self.settings.pad
        return range(start, start + self.settings.extent, self.settings.dilation)

    @property
    def is_large(self) -> bool:
        """Whether to look at every element of every window would take long."""
        return self.number * self.settings.kernel > _MOST_ELEMENTS

    @property
    def counts(self) -> list[int]:
        """In how many windows each element is."""
        length = self.length
        found = [0] * length
        for index in range(self.number):
            for place in self.window(index):
                # The others are padding.
                if 0 <= place < length:
                    found[place] += 1
        return found

    @property
    def untouched(self) -> list[int]:
        """The elements in no window: never read or, by a Deconvolution, only given the bias."""
        counts = self.counts
        found: list[int] = []
        for place in range(self.length):
            if counts[place] == 0:
                found.append(place)
        return found


def convolution_axes(
    sizes: Pair,
    kernel: Pair,
    stride: Pair,
    pad: Pair,
    dilation: Pair = (1, 1),
    *,
    transposed: bool = False,
) -> tuple[ConvolutionAxis, ConvolutionAxis]:
    """The height and the width. Raises `ProtogenError` if Caffe rejects the convolution."""
    kind = "Convolution"
    if transposed:
        kind = "Deconvolution"
    # The layer type itself decides what Caffe rejects. It needs a layer that has these settings.
    message = proto.LayerParameter(type=kind)
    param = message.convolution_param
    param.num_output = 1
    param.kernel_h, param.kernel_w = kernel
    param.stride_h, param.stride_w = stride
    param.pad_h, param.pad_w = pad
    param.dilation.extend(dilation)
    schema = layers.find(kind)
    assert schema is not None
    try:
        schema.infer(message, ((1, 1, *sizes),), 1)
    except Fault as fault:
        sentence = f"Caffe rejects this {kind}: {fault.message}"
        raise ProtogenError(named(fault.rule).diagnostic(sentence, hint=fault.hint)) from None
    axes = []
    for index, name in enumerate(("height", "width")):
        settings = Settings(kernel[index], stride[index], pad[index], dilation[index])
        axes.append(ConvolutionAxis(name, sizes[index], settings, transposed))
    return axes[0], axes[1]


# The other way round ---------------------------------------------------------------------------

#: The kernels that are tried, and how many answers there are at the most.
_LARGEST_KERNEL, _MOST_ANSWERS = 11, 8

#: How many strides and pads are tried.
_MOST_STRIDES, _MOST_PADS = 64, 64


def settings_for(
    size: int, wanted: int, fixed: dict[str, int], *, transposed: bool = False
) -> list[ConvolutionAxis]:
    """The windows that make ``wanted`` of ``size``, the plainest first.

    ``fixed`` gives some of ``kernel``, ``stride``, ``pad`` and ``dilation``. Plain is what reads
    every element, has equal padding around a window in the middle, and is small.
    """
    found = []
    for settings in _candidates(size, wanted, fixed):
        axis = ConvolutionAxis("axis", size, settings, transposed)
        padded = size + 2 * settings.pad
        # Caffe rejects a kernel that is larger than the padded bottom, and its division, which
        # truncates, would find a size for some of them.
        if not transposed and padded < settings.extent:
            continue
        if axis.top == wanted:
            found.append(axis)
    plainest_first = sorted(found, key=_oddness)
    return plainest_first[:_MOST_ANSWERS]


def _candidates(size: int, wanted: int, fixed: dict[str, int]) -> Iterator[Settings]:
    """The settings to try: those that the user fixes, and of the others all that are usual."""
    dilation = fixed.get("dilation", 1)
    kernels = _values(fixed, "kernel", range(1, _LARGEST_KERNEL + 1))
    strides = _values(fixed, "stride", _likely_strides(size, wanted))
    for kernel, stride in product(kernels, strides):
        # With a pad as large as the window, the first window would be all padding.
        largest = min(extent(kernel, dilation), _MOST_PADS)
        for pad in _values(fixed, "pad", range(largest)):
            yield Settings(kernel, stride, pad, dilation)


def _values(fixed: dict[str, int], name: str, usual: range) -> range:
    """The values to try of one setting."""
    if name not in fixed:
        return usual
    return range(fixed[name], fixed[name] + 1)


def _likely_strides(size: int, wanted: int) -> range:
    """The strides that can divide or multiply a size so that it becomes the wanted one."""
    ratio = -(-max(size, wanted) // min(size, wanted))
    # A smaller stride does it with much padding; if there are too many, only the nearest.
    if ratio <= _MOST_STRIDES:
        return range(1, ratio + 2)
    return range(ratio - 1, ratio + 2)


def _oddness(axis: ConvolutionAxis) -> tuple[int, ...]:
    """What to sort settings by: the first number that differs decides."""
    settings = axis.settings
    # How many elements lie between two windows, where nothing is read.
    gaps = max(0, settings.stride - settings.extent)
    # A Deconvolution whose stride does not divide its kernel leaves a checkerboard, because some
    # elements are in more windows than their neighbors.
    uneven = 0
    if axis.transposed:
        uneven = settings.kernel % settings.stride
    # The window of a Convolution has an element in the middle only if it is odd.
    even = 0 if axis.transposed else 1 - settings.kernel % 2
    # Twice the pad of which both sides of a window have the same.
    middle = abs(2 * settings.pad - (settings.extent - settings.stride))
    return gaps, uneven, even, middle, settings.kernel, settings.stride, settings.pad
