"""What a 1x1 Convolution is: one matrix, multiplied with the channels of every pixel."""

from __future__ import annotations

from typing import NamedTuple

from protogen.render.numbers import short
from protogen.render.svg import element, svg, text

__all__ = ["Pointwise"]

_INK, _FAINT, _LINE, _ACCENT = "#1c2330", "#5a6475", "#8d97a8", "#0b5fd0"
_FILL, _TOP_FILL = "#d6e6fb", "#d5efd9"


class Pointwise(NamedTuple):
    """A 1x1 Convolution from ``channels`` to ``outputs`` on an image."""

    channels: int
    outputs: int
    height: int
    width: int

    @property
    def text(self) -> str:
        """The arithmetic in words, with its numbers."""
        channels, outputs, height, width = self
        weights, pixels = channels * outputs, height * width
        bottom, top = f"({channels}, {height}, {width})", f"({outputs}, {height}, {width})"
        macs = pixels * weights
        lines = [
            f"a 1x1 Convolution: {bottom} -> {top}",
            "",
            f"  at each of the {height}x{width} = {pixels:,} pixels, on its own:",
            f"    scores = W * features + b   ({outputs}) = ({outputs}x{channels}) * ({channels})"
            f" + ({outputs})",
            "",
            f"  weights: ({outputs}, {channels}, 1, 1), {weights:,} numbers; bias: ({outputs})",
            f"  multiply-accumulates: {pixels:,} * {weights:,} = {macs:,} ({short(macs)})",
            "",
            f"  The same W and b as an InnerProduct map one pixel, ({channels}) -> ({outputs}).",
            f"  An InnerProduct of the whole image has {macs * pixels:,} weights for as",
            "  many scores, and accepts no other size of image.",
        ]
        return "\n".join(lines)

    @property
    def svg(self) -> str:
        """The product at one pixel, beside the equal InnerProduct."""
        channels, outputs, height, width = self
        parts = [
            text("1x1 Convolution: at every pixel", 20, 26, font_weight=600, fill=_INK),
            _planes(20, 50, _FILL, f"{channels} x {height} x {width}"),
            text("→", 205, 102, font_size=20, fill=_INK),
            _planes(250, 50, _TOP_FILL, f"{outputs} x {height} x {width}"),
            text("InnerProduct: of that one pixel", 470, 26, font_weight=600, fill=_INK),
            _matrix(480, 62, 96, 60, _ACCENT, f"W: {outputs} x {channels}"),
            text("×", 590, 98, font_size=20, fill=_INK),
            _matrix(616, 62, 16, 96, _FILL, f"{channels}"),
            text("+ b  =", 648, 98, font_size=14, fill=_INK),
            _matrix(702, 62, 16, 60, _TOP_FILL, f"{outputs}"),
            text(
                f"the same {outputs}x{channels} weights at all {height * width:,} pixels:"
                f" {channels * outputs * height * width:,} multiply-accumulates",
                20,
                210,
                fill=_FAINT,
            ),
        ]
        return svg("".join(parts), 780, 230, "A 1x1 Convolution is an InnerProduct at every pixel")


def _planes(x: float, y: float, fill: str, label: str) -> str:
    """Channels as a stack of images, with one pixel through all of them."""
    parts = ""
    for index in range(4):
        left, top = x + 12 * (3 - index), y + 8 * (3 - index)
        parts += element(
            "rect", x=left, y=top, width=110, height=90, fill=fill, stroke=_LINE, stroke_width=0.8
        )
        parts += element("rect", x=left + 58, y=top + 36, width=9, height=9, fill=_ACCENT)
    return parts + text(label, x, y + 134, fill=_FAINT)


def _matrix(x: float, y: float, width: float, height: float, fill: str, label: str) -> str:
    parts = element(
        "rect", x=x, y=y, width=width, height=height, fill=fill, fill_opacity=0.45, stroke=_LINE
    )
    return parts + text(label, x + width / 2, y + height + 16, text_anchor="middle", fill=_FAINT)
