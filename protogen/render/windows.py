"""One axis of a pooling drawn in plain characters: each window over the row of elements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from protogen.reports.pooling import Axis, Window

__all__ = ["draw", "formula", "verdict"]

#: What is drawn of an axis: all of it, or so many elements and windows of each end.
_ELEMENTS, _END = 36, 12
_WINDOWS, _LAST = 14, 4

#: How padding is shown, and a place beyond it where there is nothing at all.
_PAD, _NOTHING, _GAP = "p", "-", "..."


def formula(axis: Axis) -> str:
    """The number of windows, with the numbers of this axis put in."""
    name = "floor" if axis.floor else "ceil"
    over = f"{axis.size} + 2*{axis.pad} - {axis.kernel}"
    quotient = (axis.size + 2 * axis.pad - axis.kernel) / axis.stride
    made = f"{name}(({over}) / {axis.stride}) + 1 = {name}({quotient:.6g}) + 1 = {axis.unclipped}"
    if axis.pooled == axis.unclipped:
        return made
    start, edge = (axis.unclipped - 1) * axis.stride, f"{axis.size} + {axis.pad}"
    return (
        f"{made}, less 1 as the last would start at {start} >= {edge}, past the image:"
        f" {axis.pooled}"
    )


def verdict(window: Window, pool: str) -> str:
    """What becomes of a window, in words."""
    if window.kind == "whole":
        return "whole"
    if window.kind == "empty":
        return f"EMPTY: {_garbage(window, pool)}"
    beyond = f"overhangs by {window.overhang}" if window.overhang else ""
    padding = window.divisor - window.elements
    padded = f"{padding} of padding" if padding else ""
    told = ", ".join(filter(None, (beyond, padded)))
    return f"{told}; divides by {window.divisor} on this axis" if pool == "AVE" else told


def _garbage(window: Window, pool: str) -> str:
    """What Caffe writes where there is nothing to pool."""
    if pool == "MAX":
        return "Caffe writes -FLT_MAX (-3.4e38)"
    # It starts from 0 and divides by the window's extent, which is 0, or less further out.
    return f"Caffe writes {'0/0, NaN' if window.divisor == 0 else f'0/{window.divisor}, -0'}"


def draw(axis: Axis, pool: str) -> list[str]:
    """The row of elements, then each window below the elements it covers."""
    shown = list(_indices(axis.pooled))
    columns = _columns(axis)
    width = max(len(str(axis.size - 1)), len(_GAP) if None in columns else 1)
    head = "".join(f" {_cell(axis, column):>{width}}" for column in columns)
    drawn = [
        _GAP if index is None else _row(axis, axis.window(index), columns, width) for index in shown
    ]
    longest = max(map(len, drawn), default=0)
    number = len(str(axis.pooled))
    lines = [head.rstrip()]
    for index, row in zip(shown, drawn):
        if index is None:
            lines.append(" " + _GAP)
            continue
        told = verdict(axis.window(index), pool)
        lines.append(f"{row:<{longest}}  window {index:>{number}}  {told}")
    return lines


def _indices(count: int) -> Iterable[int | None]:
    """The windows to draw; ``None`` stands for those left out."""
    if count <= _WINDOWS:
        return range(count)
    return [*range(_LAST), None, *range(count - _LAST, count)]


def _columns(axis: Axis) -> Sequence[int | None]:
    """The places to draw, from the padding on the left to the end of the last window."""
    first = -axis.pad
    last = max(axis.size + axis.pad, axis.window(axis.pooled - 1).stop)
    if last - first <= _ELEMENTS:
        return range(first, last)
    return [*range(first, first + _END), None, *range(last - _END, last)]


def _cell(axis: Axis, column: int | None) -> str:
    if column is None:
        return _GAP
    if 0 <= column < axis.size:
        return str(column)
    return _PAD if -axis.pad <= column < axis.size + axis.pad else _NOTHING


def _row(axis: Axis, window: Window, columns: Sequence[int | None], width: int) -> str:
    """One window: its elements at their places, in brackets where its ends are drawn."""
    line = ""
    before = False
    for position, column in enumerate(columns):
        inside = _covers(window, columns, position)
        opens = "[" if inside and column == window.start else " "
        line += "]" if before and not inside else opens
        line += f"{_cell(axis, column) if inside else '':>{width}}"
        before = inside and column == window.stop - 1
    return line + ("]" if before else "")


def _covers(window: Window, columns: Sequence[int | None], position: int) -> bool:
    column = columns[position]
    if column is not None:
        return window.start <= column < window.stop
    after = columns[position + 1]
    behind = columns[position - 1]
    assert after is not None
    assert behind is not None
    return window.start < after and window.stop > behind + 1
