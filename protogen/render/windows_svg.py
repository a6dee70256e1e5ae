"""The windows of a pooling or a convolution, drawn as SVG over the row of elements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from protogen.render.svg import element, svg, text
from protogen.reports.convolution import ConvolutionAxis
from protogen.reports.pooling import Axis

__all__ = ["convolution_svg", "pooling_svg"]

_CELL, _ROW, _LEFT, _TOP = 26.0, 24.0, 14.0, 16.0

#: More places than the first are drawn narrower; more windows and places are left out.
_MOST_WIDE, _MOST_WINDOWS, _MOST_PLACES = 40, 60, 400

_KINDS = {
    "whole": "#d5efd9",
    "padded": "#cfe0f7",
    "overhang": "#fde0b0",
    "empty": "#f7b9bf",
}
_WORDS = {
    "whole": "inside",
    "padded": "partly padding",
    "overhang": "beyond the padding",
    "empty": "EMPTY: Caffe writes garbage",
}
_INK, _FAINT, _LINE = "#1c2330", "#5a6475", "#8d97a8"
_ELEMENT, _PADDING = "#ffffff", "#eceff4"


class _Row(NamedTuple):
    """A window: the places that it touches, and its kind."""

    places: Sequence[int]
    kind: str


class _Strip(NamedTuple):
    """One axis: its title, its size, the padding, and its windows."""

    title: str
    size: int
    pad: int
    rows: Sequence[_Row]
    number: int


def pooling_svg(axes: Sequence[Axis], pool: str) -> str:
    """Each window of a pooling below the elements that it covers, colored by its kind."""
    strips = []
    for axis in _distinct(axes):
        settings = f"{pool}, kernel {axis.kernel}, stride {axis.stride}, pad {axis.pad}"
        rows = []
        for index in range(min(axis.pooled, _MOST_WINDOWS)):
            window = axis.window(index)
            rows.append(_Row(range(window.start, window.stop), window.kind))
        title = f"{axis.name}: {axis.size} -> {axis.pooled}  ({settings})"
        strips.append(_Strip(title, axis.size, axis.pad, rows, axis.pooled))
    return _drawing(strips, f"Windows of a {pool} pooling")


def convolution_svg(axes: Sequence[ConvolutionAxis]) -> str:
    """Each window of a convolution below the elements that it touches."""
    strips = []
    for axis in _distinct_axes(axes):
        kernel, stride, pad, dilation = axis.settings
        settings = f"kernel {kernel}, stride {stride}, pad {pad}, dilation {dilation}"
        rows = []
        for index in range(min(axis.number, _MOST_WINDOWS)):
            places = axis.window(index)
            inside = all(0 <= place < axis.length for place in places)
            rows.append(_Row(places, "whole" if inside else "padded"))
        on = "windows on the bottom"
        if axis.transposed:
            on = "windows on the top"
        title = f"{axis.name}: {axis.size} -> {axis.top}  ({settings}); {on}"
        strips.append(_Strip(title, axis.length, pad, rows, axis.number))
    return _drawing(strips, "Windows of a convolution")


def _distinct(axes: Sequence[Axis]) -> Sequence[Axis]:
    """Both axes, or only one if they are alike."""
    if _settings(axes[0]) == _settings(axes[-1]):
        return axes[:1]
    return axes


def _settings(axis: Axis) -> tuple[int, int, int, int]:
    return axis.size, axis.kernel, axis.stride, axis.pad


def _distinct_axes(axes: Sequence[ConvolutionAxis]) -> Sequence[ConvolutionAxis]:
    first, last = axes[0], axes[-1]
    if (first.size, first.settings) == (last.size, last.settings):
        return axes[:1]
    return axes


def _drawing(strips: Sequence[_Strip], title: str) -> str:
    parts: list[str] = []
    y, width = _TOP, 420.0
    for strip in strips:
        drawn = _StripDrawing(strip, y)
        parts += drawn.parts()
        y, width = drawn.bottom + 22, max(width, drawn.width)
    legend, x = _legend(strips, y)
    parts += legend
    return svg("".join(parts), max(width, x), y + 26, title)


def _legend(strips: Sequence[_Strip], y: float) -> tuple[list[str], float]:
    """The colors of the kinds that occur, in a row, and where the row ends."""
    kinds: set[str] = set()
    for strip in strips:
        kinds.update([row.kind for row in strip.rows])
    parts = []
    x = _LEFT
    for kind, color in _KINDS.items():
        if kind not in kinds:
            continue
        parts.append(element("rect", x=x, y=y, width=12, height=12, fill=color, stroke=_LINE))
        parts.append(text(_WORDS[kind], x + 17, y + 11, font_size=11, fill=_FAINT))
        x += 34 + 6.5 * len(_WORDS[kind])
    return parts, x


class _StripDrawing:
    """Draws one axis, from ``y`` on."""

    def __init__(self, strip: _Strip, y: float) -> None:
        self.strip, self.y = strip, y
        # The last window may not reach the end of the padding, or go beyond it.
        last = max([strip.size + strip.pad, *[row.places[-1] + 1 for row in strip.rows]])
        self.places = range(-strip.pad, min(last, _MOST_PLACES - strip.pad))
        self.cell = _CELL
        if len(self.places) > _MOST_WIDE:
            self.cell = max(3.0, 1040 / len(self.places))
        self.bottom = y + 30 + _ROW * (1 + len(strip.rows))
        if strip.number > len(strip.rows):
            self.bottom += 20
        self.width = 2 * _LEFT + self.cell * len(self.places) + 90

    def parts(self) -> Iterator[str]:
        strip = self.strip
        yield text(strip.title, _LEFT, self.y + 12, font_weight=600, fill=_INK)
        y = self.y + 24
        for place in self.places:
            fill = _PADDING
            if 0 <= place < strip.size:
                fill = _ELEMENT
            yield self._cell(place, y, fill, self._label(place))
        for index, row in enumerate(strip.rows):
            y += _ROW
            for place in row.places:
                if place >= self.places.stop:
                    break
                yield self._cell(place, y + 3, _KINDS[row.kind], self._label(place))
            end = _LEFT + self.cell * len(self.places) + 8
            yield text(f"window {index}", end, y + 18, font_size=11, fill=_FAINT)
        if strip.number > len(strip.rows):
            more = f"and {strip.number - len(strip.rows)} more windows"
            yield text(more, _LEFT, y + 40, font_size=11, fill=_FAINT)

    def _label(self, place: int) -> str:
        """The number of an element; nothing in the padding."""
        if 0 <= place < self.strip.size:
            return str(place)
        return ""

    def _cell(self, place: int, y: float, fill: str, label: str) -> str:
        x = _LEFT + self.cell * (place - self.places.start)
        parts = element(
            "rect", x=x, y=y, width=self.cell, height=18, fill=fill, stroke=_LINE, stroke_width=0.7
        )
        # Three digits do not fit into a narrower cell.
        if label and self.cell >= 20:
            middle = x + self.cell / 2
            parts += text(label, middle, y + 13, font_size=10, text_anchor="middle", fill=_INK)
        return parts
