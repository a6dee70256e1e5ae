"""What one layer makes of the size of an axis: what is divided by what, and what is left over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from protogen import layers
from protogen.analysis import Analysis
from protogen.graph import Step
from protogen.layers._convolution import windows
from protogen.layers._pooled import Axis, pooling_window
from protogen.schema import Context, Fault

__all__ = ["SizeChange", "size_change"]


@dataclass(frozen=True)
class SizeChange:
    """One layer on the way from one size of an axis to another.

    ``exact`` is the size it would make if nothing were rounded, ``scale`` by how much it grows
    with the size before, ``sum`` the arithmetic with the numbers of this layer.
    """

    step: Step
    axis: int
    before: int
    after: int
    exact: Fraction
    scale: Fraction
    sum: str

    @property
    def error(self) -> Fraction:
        """What rounding added, or took away."""
        return self.after - self.exact

    @property
    def matters(self) -> bool:
        """Whether it is of any account: a 3x3 Convolution with pad 1 is not."""
        return self.after != self.before or self.scale != 1 or bool(self.error)

    def again(self, size: int, layer: Any) -> int | None:
        """What ``layer``, put in its place, would make of another size; ``None`` if unknown."""
        bottom = self.step.bottoms[0]
        schema = layers.find(layer.type)
        if layer.type not in _KNOWN or schema is None or bottom is None or bottom.shape is None:
            return size if self.after == self.before else None
        shape = (*bottom.shape[: self.axis], size, *bottom.shape[self.axis + 1 :])
        try:
            tops = schema.infer(layer, (shape,), len(self.step.tops)).tops
        except Fault:
            return None
        return tops[0][self.axis] if tops[0] else None


def size_change(analysis: Analysis, step: Step, axis: int, before: int, after: int) -> SizeChange:
    """What this layer makes of ``before`` on an axis of its bottom."""
    ctx = analysis.context(step)
    known = _KNOWN.get(step.layer.type)
    if ctx is None or known is None:
        told = f"makes {after} of {before}"
        scale = Fraction(after, before or 1)
        return SizeChange(step, axis, before, after, Fraction(after), scale, told)
    exact, scale, told = known(ctx, axis, before, after)
    return SizeChange(step, axis, before, after, exact, scale, told)


_Answer = tuple[Fraction, Fraction, str]


def _pooling(ctx: Context, axis: int, before: int, after: int) -> _Answer:
    window, i = pooling_window(ctx), axis - 2
    kernel, stride, pad = window.kernel[i], window.stride[i], window.pad[i]
    up = Axis("", before, kernel, stride, pad, window.floor, window.clip)
    told = _divided(before, kernel, stride, pad, "down" if window.floor else "up")
    if up.pooled != up.unclipped:
        return (
            Fraction(after),
            Fraction(1, stride),
            f"{told}{up.unclipped}, less 1 as the last window would start past the edge: {after}",
        )
    return Fraction(before + 2 * pad - kernel, stride) + 1, Fraction(1, stride), f"{told}{after}"


def _convolution(ctx: Context, axis: int, before: int, after: int) -> _Answer:
    extent, stride, pad = _window(ctx, axis)
    told = _divided(before, extent, stride, pad, "down")
    return Fraction(before + 2 * pad - extent, stride) + 1, Fraction(1, stride), f"{told}{after}"


def _deconvolution(ctx: Context, axis: int, before: int, after: int) -> _Answer:
    extent, stride, pad = _window(ctx, axis)
    padded = f" - 2*{pad}" if pad else ""
    told = f"{stride}*({before} - 1) + {extent}{padded} = {after}"
    return Fraction(after), Fraction(stride), told


def _window(ctx: Context, axis: int) -> tuple[int, int, int]:
    """What a kernel spans, its stride and its pad on one axis."""
    w = windows(ctx)
    i = axis - w.axis - 1
    return w.dilation[i] * (w.kernel[i] - 1) + 1, w.stride[i], w.pad[i]


def _divided(size: int, extent: int, stride: int, pad: int, way: str) -> str:
    """``(75 - 2) / 2 = 36 remainder 1, rounded up, + 1 = ``."""
    padded = f" + 2*{pad}" if pad else ""
    if stride == 1:
        return f"{size}{padded} - {extent} + 1 = "
    quotient, rest = divmod(size + 2 * pad - extent, stride)
    lost = f" remainder {rest}, rounded {way}" if rest else ""
    return f"({size}{padded} - {extent}) / {stride} = {quotient}{lost}, + 1 = "


_KNOWN: dict[str, Callable[[Context, int, int, int], Any]] = {
    "Pooling": _pooling,
    "Convolution": _convolution,
    "Deconvolution": _deconvolution,
}
