"""What one layer does to the size of an axis: the layer's own arithmetic, with its numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from protogen.analysis import Analysis
from protogen.explanations.equations import equation, rounded
from protogen.graph import Step
from protogen.schema import Context, Fault, registered
from protogen.windows import Axis, convolution_window, extent, pooling_window

if TYPE_CHECKING:
    from protogen.proto import LayerParameter

__all__ = ["Arithmetic", "SizeChange", "size_arithmetic"]

#: The size of a top's axis for a size of the bottom's axis; ``None`` if the layer rejects it.
Rule = Callable[[int], int | None]


class Arithmetic(NamedTuple):
    """How a layer computes one size from another.

    ``exact`` is the size that results if nothing is rounded, ``ideal`` the one that also has
    neither edges nor overlaps: the half, for a stride of 2. ``scale`` is by how much the size grows
    with the size before. ``text`` is the equation, which is empty if the arithmetic is unknown, and
    ``rounds`` is whether a remainder is lost in it.
    """

    exact: Fraction
    ideal: Fraction
    scale: Fraction
    text: str
    rounds: bool


@dataclass(frozen=True)
class SizeChange:
    """One layer that computes the size of an axis from that of an axis of one of its bottoms."""

    step: Step
    bottom: int
    bottom_axis: int
    top: int
    top_axis: int
    before: int
    after: int
    arithmetic: Arithmetic

    @property
    def error(self) -> Fraction:
        """What rounding adds to the size, or takes away."""
        return self.after - self.arithmetic.exact

    @property
    def is_known(self) -> bool:
        """Whether the arithmetic of the layer is known, and not just its result."""
        return bool(self.arithmetic.text)

    @property
    def is_multiple(self) -> bool:
        """Whether the size is that before, times or divided by a number."""
        if self.before == 0:
            return False
        return self.again(2 * self.before, self.step.layer) == 2 * self.after

    @property
    def text(self) -> str:
        """``75 becomes 38: (75 - 2) / 2 = 36.5, which Caffe rounds up to 37, plus 1``."""
        becomes = f"{self.before} becomes {self.after}"
        if not self.is_known:
            return becomes
        return f"{becomes}: {self.arithmetic.text}"

    def again(self, size: int, layer: LayerParameter) -> int | None:
        """The size after ``layer``, in place of this one, for another size before; or ``None``.

        All other sizes are unknown, because they may differ, too.
        """
        schema = registered(layer.type)
        if schema is None:
            return None
        shapes: list[list[int | None]] = []
        for bottom in self.step.bottom_shapes:
            if bottom is None:
                return None
            shapes.append([None] * len(bottom))
        shapes[self.bottom][self.bottom_axis] = size
        try:
            tops = schema.infer(layer, tuple(map(tuple, shapes)), len(self.step.tops)).tops
        except Fault:
            return None
        top = tops[self.top]
        # An edited layer may have tops with fewer axes.
        if top is None or self.top_axis >= len(top):
            return None
        return top[self.top_axis]


def size_arithmetic(
    analysis: Analysis, step: Step, axis: int, before: int, after: int, rule: Rule
) -> Arithmetic:
    """How a layer computes ``after`` from the size ``before`` of an axis of its bottom."""
    ctx = analysis.context(step)
    known = _KNOWN.get(step.type)
    if known is not None and ctx is not None:
        found = known(ctx, axis, before, after)
        if found is not None:
            return found
    # Of other layers, the form of the arithmetic shows in a few sizes.
    for form in (_linear, _division):
        found = form(before, after, rule)
        if found is not None:
            return found
    exact = Fraction(after)
    scale = Fraction(after, before or 1)
    # The formula is unknown, so rounding cannot be ruled out.
    return Arithmetic(exact, exact, scale, "", rounds=True)


# Layers with windows ---------------------------------------------------------------------------


def _pooling(ctx: Context, axis: int, before: int, after: int) -> Arithmetic | None:
    if axis not in (2, 3):
        return None
    window, i = pooling_window(ctx), axis - 2
    kernel, stride, pad = window.kernel[i], window.stride[i], window.pad[i]
    pooled = Axis("", before, kernel, stride, pad, window.floor, window.clip)
    text = _windows(before, kernel, stride, pad, pooled.unclipped)
    exact = Fraction(before + 2 * pad - kernel, stride) + 1
    rounds = exact.denominator != 1
    if after == pooled.unclipped - 1:
        # The window that is dropped takes back what was rounded up.
        text = text and f"{text}, minus 1 because the last window would start past the edge"
        exact = Fraction(after)
    elif after != pooled.unclipped:
        return None
    return Arithmetic(exact, Fraction(before, stride), Fraction(1, stride), text, rounds)


def _convolution(ctx: Context, axis: int, before: int, after: int) -> Arithmetic | None:
    window = convolution_window(ctx)
    i = axis - window.axis - 1
    if i < 0:
        return None
    # A dilated kernel of 3 covers 5 elements (source: ConvolutionLayer::compute_output_shape).
    span = extent(window.kernel[i], window.dilation[i])
    stride, pad = window.stride[i], window.pad[i]
    text = _windows(before, span, stride, pad, after)
    exact = Fraction(before + 2 * pad - span, stride) + 1
    rounds = exact.denominator != 1
    return Arithmetic(exact, Fraction(before, stride), Fraction(1, stride), text, rounds)


def _deconvolution(ctx: Context, axis: int, before: int, after: int) -> Arithmetic | None:
    window = convolution_window(ctx)
    i = axis - window.axis - 1
    if i < 0:
        return None
    span = extent(window.kernel[i], window.dilation[i])
    stride, pad = window.stride[i], window.pad[i]
    # The windows of the top lie a stride apart, one for each element of the bottom.
    distance = f"{stride}*({before} - 1)" if stride > 1 else f"{before} - 1"
    text = equation(f"{distance} + {span}{_padded(-pad)}", after)
    ideal = Fraction(before * stride)
    return Arithmetic(Fraction(after), ideal, Fraction(stride), text, rounds=False)


def _windows(size: int, span: int, stride: int, pad: int, windows: int) -> str:
    """The number of windows: the distance from the first to the last by the stride, and 1."""
    distance = f"{size}{_padded(pad)} - {span}"
    if stride == 1:
        return equation(f"{distance} + 1", windows)
    return rounded(f"({distance}) / {stride}", windows - 1, windows)


def _padded(pad: int) -> str:
    if pad == 0:
        return ""
    if pad < 0:  # of a Deconvolution, which cuts the edges off
        return f" - 2*{-pad}"
    return f" + 2*{pad}"


_KNOWN: dict[str, Callable[[Context, int, int, int], Arithmetic | None]] = {
    "Convolution": _convolution,
    "ConvolutionDepthwise": _convolution,
    "Deconvolution": _deconvolution,
    "DepthwiseConv": _convolution,
    "DepthwiseConvolution": _convolution,
    "Im2col": _convolution,
    "Pooling": _pooling,
}


# Other layers, whose arithmetic shows in what they do to other sizes ---------------------------


def _linear(before: int, after: int, rule: Rule) -> Arithmetic | None:
    """A multiple of the size and a number: ``2*38 - 1 = 75``."""
    # Two more sizes: with one alone, every growth would look even.
    first, second = rule(before + 1), rule(before + 2)
    if first is None or second is None:
        return None
    scale = first - after
    next_scale = second - first
    if scale <= 0 or next_scale != scale:
        return None
    text = str(before)
    # A factor of 1 is not worth a word.
    if scale > 1:
        text = f"{scale}*{before}"
    more = after - scale * before
    if more > 0:
        text += f" + {more}"
    elif more < 0:
        text += f" - {-more}"
    exact = Fraction(after)
    shown = equation(text, after)
    return Arithmetic(exact, exact, Fraction(scale), shown, rounds=False)


def _division(before: int, after: int, rule: Rule) -> Arithmetic | None:
    """The size divided by a number: ``26 / 2 = 13``."""
    if after == 0 or before % after:
        return None
    # The same quotient by chance would not hold for another size.
    if rule(2 * before) != 2 * after:
        return None
    divisor = before // after
    exact = Fraction(after)
    text = equation(f"{before} / {divisor}", after)
    return Arithmetic(exact, exact, Fraction(1, divisor), text, rounds=False)
