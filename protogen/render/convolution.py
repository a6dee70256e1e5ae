"""A convolution, axis by axis: as text, and as data for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from protogen.diagnostics import plural
from protogen.render.table import Table, plain
from protogen.reports.convolution import ConvolutionAxis, Settings

__all__ = ["answers_text", "data", "formula", "text"]

#: A wider drawing is left out, and so are more windows, and more ranges of elements.
_MOST_COLUMNS, _MOST_WINDOWS, _MOST_RANGES = 80, 14, 8


def formula(axis: ConvolutionAxis) -> str:
    """The size of the top as an equation with the numbers of this axis."""
    kernel, stride, pad, dilation = axis.settings
    # A dilated kernel is as long as its ends are apart.
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
    return "\n\n".join([sizes, *[_axis_text(axis, f"{axis.name}: ") for axis in axes]])


def _kind(axis: ConvolutionAxis) -> str:
    if axis.transposed:
        return "Deconvolution"
    return "Convolution"


def _settings_text(settings: Settings) -> str:
    words = f"kernel {settings.kernel}, stride {settings.stride}, pad {settings.pad}"
    if settings.dilation == 1:
        return words
    return f"{words}, dilation {settings.dilation}"


def _axis_text(axis: ConvolutionAxis, title: str) -> str:
    settings = _settings_text(axis.settings)
    lines = [f"{title}{axis.size} -> {axis.top}  ({_kind(axis)}, {settings})", f"  {formula(axis)}"]
    drawing = _drawing(axis)
    if drawing:
        # A Deconvolution reads one element for each window, and adds to all that it covers.
        where = "on the bottom"
        if axis.transposed:
            where = "on the top, for each element of the bottom"
        lines += ["", f"  the windows {where}:", *_indented(drawing)]
    return "\n".join([*lines, "", *_indented(_remarks(axis))])


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _drawing(axis: ConvolutionAxis) -> list[str]:
    """The row of places, and each window below the places that it touches."""
    if not axis.number or not axis.length:
        return []
    pad = axis.settings.pad
    last_window = axis.window(axis.number - 1)
    # The last window may not reach the end of the padding.
    last = max(axis.length + pad, last_window[-1] + 1)
    places = range(-pad, last)
    width = len(str(last))
    # A terminal would wrap longer rows.
    if len(places) * (width + 1) > _MOST_COLUMNS:
        return []
    names = [_place(axis, place) for place in places]
    lines = [_row(names, width)]
    for index in range(min(axis.number, _MOST_WINDOWS)):
        touched = set(axis.window(index))
        cells = []
        for place, name in zip(places, names):
            cells.append(name if place in touched else "")
        lines.append(f"{_row(cells, width)}  window {index}")
    more = axis.number - _MOST_WINDOWS
    if more > 0:
        lines.append(f" ... and {plural(more, 'more window')}")
    return lines


def _row(cells: Sequence[str], width: int) -> str:
    return "".join([f" {cell:>{width}}" for cell in cells])


def _place(axis: ConvolutionAxis, place: int) -> str:
    """The number of an element; ``p`` in the padding."""
    if 0 <= place < axis.length:
        return str(place)
    return "p"


def _remarks(axis: ConvolutionAxis) -> list[str]:
    if axis.is_large:
        return ["too large to say which elements are in no window"]
    untouched = axis.untouched
    lines = []
    if untouched and axis.transposed:
        lines.append(f"in no window, so only the bias: elements {_ranges(untouched)} of the top")
    elif untouched:
        lines.append(f"never read: elements {_ranges(untouched)} of the bottom")
    else:
        lines.append("every element is in a window")
    # Near the borders the counts differ in any case.
    inner = axis.counts[axis.settings.extent : -axis.settings.extent]
    if axis.transposed and len(set(inner)) > 1:
        lines.append(
            f"uneven: elements are in {min(inner)} to {max(inner)} windows, a checkerboard;"
            f" a kernel that stride {axis.settings.stride} divides has none"
        )
    return lines


def _ranges(numbers: Sequence[int]) -> str:
    """``0, 3 to 5``; of many only the first."""
    found = []
    # In a run of neighbors, a number minus its index is the same for all.
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        found.append(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}")
    if len(found) > _MOST_RANGES:
        found = [*found[:_MOST_RANGES], "..."]
    return ", ".join(found)


def answers_text(size: int, wanted: int, answers: Sequence[ConvolutionAxis]) -> str:
    """A row for each window that makes the wanted size."""
    if not answers:
        return f"no window makes {wanted} of {size}; allow a larger kernel, stride or pad"
    rows = []
    for axis in answers:
        note = ""
        if not axis.is_large and axis.untouched:
            note = f"{plural(len(axis.untouched), 'element')} in no window"
        rows.append((*map(str, axis.settings), formula(axis), note))
    titles = ("kernel", "stride", "pad", "dilation", f"{size} -> {wanted}", "")
    return plain(Table(titles, rows, right=(0, 1, 2, 3)))


def data(axes: Sequence[ConvolutionAxis]) -> dict[str, Any]:
    """The convolution for scripts."""
    return {"type": _kind(axes[0]), "axes": [_axis_data(axis) for axis in axes]}


def _axis_data(axis: ConvolutionAxis) -> dict[str, Any]:
    windows = untouched = None
    if not axis.is_large:
        windows = [list(axis.window(index)) for index in range(axis.number)]
        untouched = axis.untouched
    return {
        "axis": axis.name,
        "size": axis.size,
        **axis.settings._asdict(),
        "top": axis.top,
        "formula": formula(axis),
        "windows": windows,
        "untouched": untouched,
    }
