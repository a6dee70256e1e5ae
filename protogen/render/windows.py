"""One axis of a pooling drawn in plain characters: each window over the row of elements."""

from __future__ import annotations

from collections.abc import Sequence

from protogen.reports.pooling import Axis, Window

__all__ = ["draw", "formula"]

#: A row of more elements than the first number is drawn as the second number at each end.
_MOST_ELEMENTS, _END_ELEMENTS = 36, 12

#: The same for windows.
_MOST_WINDOWS, _END_WINDOWS = 14, 4

#: What stands for padding, for a place past the padding, and for what is left out.
_PAD, _NOTHING, _GAP = "p", "-", "..."


def formula(axis: Axis) -> str:
    """The number of windows as an equation with the numbers of this axis."""
    rounding = "ceil"
    if axis.floor:
        rounding = "floor"
    numerator = f"{axis.size} + 2*{axis.pad} - {axis.kernel}"
    quotient = (axis.size + 2 * axis.pad - axis.kernel) / axis.stride
    equation = (
        f"{rounding}(({numerator}) / {axis.stride}) + 1"
        f" = {rounding}({quotient:.6g}) + 1 = {axis.unclipped}"
    )
    if axis.pooled == axis.unclipped:
        return equation
    start = (axis.unclipped - 1) * axis.stride
    return (
        f"{equation}, minus 1 because the last window would start at"
        f" {start} >= {axis.size} + {axis.pad}, past the image: {axis.pooled}"
    )


def draw(axis: Axis, pool: str) -> list[str]:
    """The row of elements, then each window below the elements that it covers."""
    windows = _shown_windows(axis.pooled)
    columns = _shown_columns(axis)
    width = len(str(axis.size - 1))
    if None in columns:
        width = max(width, len(_GAP))
    rows: dict[int, str] = {}
    for index in windows:
        if index is not None:
            rows[index] = _window_row(axis, axis.window(index), columns, width)
    longest = max(map(len, rows.values()), default=0)
    digits = len(str(axis.pooled))
    header = "".join(f" {_cell(axis, column):>{width}}" for column in columns)
    lines = [header.rstrip()]
    for index in windows:
        if index is None:
            lines.append(f" {_GAP}")
            continue
        description = _description(axis.window(index), pool)
        lines.append(f"{rows[index]:<{longest}}  window {index:>{digits}}  {description}")
    return lines


def _shown_windows(count: int) -> Sequence[int | None]:
    """The windows to draw; ``None`` means windows that are left out."""
    if count <= _MOST_WINDOWS:
        return range(count)
    return [*range(_END_WINDOWS), None, *range(count - _END_WINDOWS, count)]


def _shown_columns(axis: Axis) -> Sequence[int | None]:
    """The places to draw, from the padding on the left to the end of the last window."""
    first = -axis.pad
    last = max(axis.size + axis.pad, axis.window(axis.pooled - 1).stop)
    if last - first <= _MOST_ELEMENTS:
        return range(first, last)
    return [*range(first, first + _END_ELEMENTS), None, *range(last - _END_ELEMENTS, last)]


def _cell(axis: Axis, column: int | None) -> str:
    if column is None:
        return _GAP
    if 0 <= column < axis.size:
        return str(column)
    if -axis.pad <= column < axis.size + axis.pad:
        return _PAD
    return _NOTHING


def _window_row(axis: Axis, window: Window, columns: Sequence[int | None], width: int) -> str:
    """The elements of a window at their places, with brackets where its ends are drawn."""
    row = ""
    closing = False  # whether the previous column is the window's last one
    for position, column in enumerate(columns):
        inside = _covers(window, columns, position)
        if inside and column == window.start:
            row += "["
        elif closing:
            row += "]"
        else:
            row += " "
        cell = ""
        if inside:
            cell = _cell(axis, column)
        row += f"{cell:>{width}}"
        closing = inside and column == window.stop - 1
    # The window ends with the row.
    if closing:
        row += "]"
    return row


def _covers(window: Window, columns: Sequence[int | None], position: int) -> bool:
    column = columns[position]
    if column is not None:
        return window.start <= column < window.stop
    # A gap has a column on each side. It is covered if the window has elements between the two.
    left, right = columns[position - 1], columns[position + 1]
    assert left is not None
    assert right is not None
    return window.start < right and window.stop > left + 1


def _description(window: Window, pool: str) -> str:
    """What a window contains, and what an average over it is divided by."""
    if window.kind == "whole":
        return "whole"
    if window.kind == "empty":
        return f"EMPTY: {_garbage(window, pool)}"
    parts = []
    if window.overhang:
        parts.append(f"overhangs by {window.overhang}")
    padding = window.divisor - window.elements
    if padding:
        parts.append(f"{padding} of padding")
    description = ", ".join(parts)
    if pool == "AVE":
        return f"{description}; divisor {window.divisor} on this axis"
    return description


def _garbage(window: Window, pool: str) -> str:
    """What Caffe writes for a window without elements."""
    # The value that every top has before its window is read (``PoolingLayer::Forward_cpu``).
    if pool == "MAX":
        return "Caffe writes -FLT_MAX (-3.4e38)"
    # The sum is 0, and the divisor is the clipped size of the window, which may be 0 or negative.
    if window.divisor == 0:
        return "Caffe writes 0/0, NaN"
    return f"Caffe writes 0/{window.divisor}, -0"
