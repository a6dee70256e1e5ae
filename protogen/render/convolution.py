"""A convolution, axis by axis: as text, and as data for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from protogen.diagnostics import plural
from protogen.render.table import Table, plain
from protogen.reports.convolution import ConvolutionAxis, Settings

__all__ = ["answers_text", "data", "formula", "text"]

#: A wider drawing is left out, and so are more windows.
_MOST_COLUMNS, _MOST_WINDOWS = 80, 14


def formula(axis: ConvolutionAxis) -> str:
    """The size of the top as an equation with the numbers of this axis."""
    kernel, stride, pad, dilation = axis.settings
    window = str(kernel) if dilation == 1 else f"({dilation}*({kernel} - 1) + 1)"
    if axis.transposed:
        return f"{stride}*({axis.size} - 1) + {window} - 2*{pad} = {axis.top}"
    quotient = (axis.size + 2 * pad - axis.settings.extent) / stride
    left = f"floor(({axis.size} + 2*{pad} - {window}) / {stride}) + 1"
    return f"{left} = floor({quotient:.6g}) + 1 = {axis.top}"


def text(axes: Sequence[ConvolutionAxis]) -> str:
    """The size, its formula, the windows, and what is in none; equal axes once."""
    height, width = axes
    if (height.size, height.settings) == (width.size, width.settings):
        return _axis_text(height, "")
    sizes = f"{height.size}x{width.size} -> {height.top}x{width.top}"
    return "\n\n".join([sizes, *(_axis_text(axis, f"{axis.name}: ") for axis in axes)])


def _kind(axis: ConvolutionAxis) -> str:
    return "Deconvolution" if axis.transposed else "Convolution"


def _settings_text(settings: Settings) -> str:
    words = f"kernel {settings.kernel}, stride {settings.stride}, pad {settings.pad}"
    return words if settings.dilation == 1 else f"{words}, dilation {settings.dilation}"


def _axis_text(axis: ConvolutionAxis, title: str) -> str:
    settings = _settings_text(axis.settings)
    lines = [f"{title}{axis.size} -> {axis.top}  ({_kind(axis)}, {settings})", f"  {formula(axis)}"]
    drawing = _drawing(axis)
    if drawing:
        where = "on the top, for each element of the bottom" if axis.transposed else "on the bottom"
        lines += ["", f"  the windows {where}:", *(f"  {line}" for line in drawing)]
    return "\n".join([*lines, "", *(f"  {line}" for line in _remarks(axis))])


def _drawing(axis: ConvolutionAxis) -> list[str]:
    """The row of places, and each window below the places that it touches."""
    if not axis.number or not axis.length:
        return []
    last = max(axis.length + axis.settings.pad, axis.window(axis.number - 1)[-1] + 1)
    places = range(-axis.settings.pad, last)
    width = len(str(last))
    if len(places) * (width + 1) > _MOST_COLUMNS:
        return []
    lines = ["".join(f" {_place(axis, place):>{width}}" for place in places)]
    for index in range(min(axis.number, _MOST_WINDOWS)):
        touched = set(axis.window(index))
        cells = [_place(axis, place) if place in touched else "" for place in places]
        lines.append("".join(f" {cell:>{width}}" for cell in cells) + f"  window {index}")
    if axis.number > _MOST_WINDOWS:
        lines.append(f" ... and {plural(axis.number - _MOST_WINDOWS, 'more window')}")
    return lines


def _place(axis: ConvolutionAxis, place: int) -> str:
    return str(place) if 0 <= place < axis.length else "p"


def _remarks(axis: ConvolutionAxis) -> list[str]:
    if axis.is_large:
        return ["too large to say which elements are in no window"]
    counts = axis.counts
    untouched = axis.untouched
    lines = []
    if untouched and axis.transposed:
        lines.append(f"in no window, so only the bias: elements {_ranges(untouched)} of the top")
    elif untouched:
        lines.append(f"never read: elements {_ranges(untouched)} of the bottom")
    else:
        lines.append("every element is in a window")
    inner = counts[axis.settings.extent : -axis.settings.extent]
    if axis.transposed and len(set(inner)) > 1:
        lines.append(
            f"uneven: elements are in {min(inner)} to {max(inner)} windows, a checkerboard;"
            f" a kernel that stride {axis.settings.stride} divides has none"
        )
    return lines


def _ranges(numbers: Sequence[int]) -> str:
    """``0, 3 to 5``; of many only the first."""
    found = []
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        found.append(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}")
    return ", ".join(found[:8]) + (", ..." if len(found) > 8 else "")


def answers_text(size: int, wanted: int, answers: Sequence[ConvolutionAxis]) -> str:
    """A row for each window that makes the wanted size."""
    if not answers:
        return f"no window makes {wanted} of {size}; allow a larger kernel, stride or pad"
    rows = []
    for axis in answers:
        untouched = 0 if axis.is_large else len(axis.untouched)
        note = f"{plural(untouched, 'element')} in no window" if untouched else ""
        rows.append((*map(str, axis.settings), formula(axis), note))
    titles = ("kernel", "stride", "pad", "dilation", f"{size} -> {wanted}", "")
    return plain(Table(titles, rows, right=(0, 1, 2, 3)))


def data(axes: Sequence[ConvolutionAxis]) -> dict[str, Any]:
    """The convolution for scripts."""
    return {"type": _kind(axes[0]), "axes": [_axis_data(axis) for axis in axes]}


def _axis_data(axis: ConvolutionAxis) -> dict[str, Any]:
    windows = None
    if not axis.is_large:
        windows = [list(axis.window(index)) for index in range(axis.number)]
    return {
        "axis": axis.name,
        "size": axis.size,
        **axis.settings._asdict(),
        "top": axis.top,
        "formula": formula(axis),
        "windows": windows,
        "untouched": None if axis.is_large else axis.untouched,
    }
