"""Receptive fields: as text, as a table, and as data for scripts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from protogen.diagnostics import one_line, plural
from protogen.render.table import Table
from protogen.reports.receptive_field import Box, FieldAxis, ReceptiveField, UnclearField
from protogen.shapes import format_shape

__all__ = ["box_data", "box_text", "data", "table", "text", "unclear_reasons"]

_AXES = {2: "height", 3: "width"}


def text(field: ReceptiveField) -> str:
    """What the elements of a blob see, for people."""
    blob, to = format_shape(field.shape), format_shape(field.to_shape)
    title = one_line(f'each element of "{field.blob}" ({blob}) sees of "{field.to}" ({to}):')
    if field.sees_nothing:
        return f"{title} nothing"
    lines = [title]
    for axis in field.axes:
        lines.append(f"  {_name(axis.axis)}: {_axis_text(field, axis)}")
    return "\n".join(lines)


def _name(axis: int) -> str:
    return _AXES.get(axis, f"axis {axis}")


def _axis_text(field: ReceptiveField, axis: FieldAxis) -> str:
    if axis.size is None:
        if axis.whole:
            return "all of it"
        return _differing(field, axis)
    words = [plural(axis.size, "element")]
    if axis.stride is not None:
        words.append(f"stride {axis.stride}")
    words.append(f"effective padding {axis.padding}")
    words.append(f"middle of the first at {_number(axis.center)}")
    if axis.whole:
        words.append("which is all of it")
    return ", ".join(words)


def _differing(field: ReceptiveField, axis: FieldAxis) -> str:
    """The sizes of fields that are not equal, and how many elements see nothing."""
    extents = field.extent(axis.axis)
    # An element that sees nothing has no extent.
    sizes = [last - first + 1 for first, last in filter(None, extents)]
    least, most = min(sizes, default=0), max(sizes, default=0)
    text = plural(most, "element") if least == most else f"from {least} to {most} elements"
    nothing = extents.count(None)
    if nothing:
        text += f"; {nothing} of {len(extents)} coordinates see nothing"
    return f"{text}; the fields of neighbors differ"


def _number(value: Fraction | None) -> str:
    # A fraction, because an even kernel has its middle between two elements.
    if value is None:
        return "?"
    return f"{float(value):g}"


def box_text(box: Box | None) -> str:
    """The part of an image that an element sees: ``rows 0 to 4, columns 3 to 9``."""
    if box is None:
        return "nothing"
    # An image has the four numbers of its rows and columns.
    names = ["rows", "columns"]
    if len(box) != 4:
        names = [_name(2 + index) for index in range(len(box))]
    parts = zip(names, box.first, box.last)
    return ", ".join([f"{name} {first} to {last}" for name, first, last in parts])


def table(fields: Sequence[ReceptiveField | UnclearField]) -> Table:
    """A row for each blob: size, stride and padding of its field."""
    titles = ("blob", "shape", "field", "stride", "padding", "first middle")
    rows = []
    for field in fields:
        rows.append((field.blob, format_shape(field.shape), *_cells(field)))
    return Table(titles, rows, least=(5, 4, 3))


def _cells(field: ReceptiveField | UnclearField) -> tuple[str, ...]:
    if isinstance(field, UnclearField):
        return ("?", "", "", "")
    if field.sees_nothing:
        return ("nothing", "", "", "")
    return (
        _across(field.axes, _size_cell),
        _across(field.axes, _stride_cell),
        _across(field.axes, _padding_cell),
        _across(field.axes, _center_cell),
    )


def _size_cell(axis: FieldAxis) -> str:
    if axis.size is not None:
        if axis.whole:
            return f"{axis.size} (whole)"
        return str(axis.size)
    if axis.whole:
        return "whole"
    return f"varies, to {axis.largest}"


def _stride_cell(axis: FieldAxis) -> str:
    return _optional(axis.stride)


def _padding_cell(axis: FieldAxis) -> str:
    return _optional(axis.padding)


def _center_cell(axis: FieldAxis) -> str:
    # If the fields differ, the middle of the first one says nothing of the others.
    if not axis.constant:
        return ""
    return _number(axis.center)


def _optional(number: int | None) -> str:
    if number is None:
        return ""
    return str(number)


def _across(axes: Sequence[FieldAxis], cell: Callable[[FieldAxis], str]) -> str:
    """The values of all axes, once if they are equal."""
    cells = [cell(axis) for axis in axes]
    if len(set(cells)) == 1:
        return cells[0]
    return " x ".join([each or "-" for each in cells])


def unclear_reasons(fields: Sequence[ReceptiveField | UnclearField]) -> list[str]:
    """Why fields are unknown, each reason once."""
    reasons: dict[str, None] = {}
    for each in fields:
        # One layer makes the fields of all later blobs unclear.
        if isinstance(each, UnclearField):
            reasons[each.reason] = None
    return list(reasons)


def data(field: ReceptiveField | UnclearField) -> dict[str, Any]:
    """A field for scripts; what is unknown is ``None``."""
    found: dict[str, Any] = {"blob": field.blob, "to": field.to, "shape": field.shape}
    if isinstance(field, UnclearField):
        return {**found, "unknown": field.reason}
    axes = []
    for axis in field.axes:
        axes.append(
            {
                "axis": axis.axis,
                "size": axis.size,
                "stride": axis.stride,
                "padding": axis.padding,
                "center": None if axis.center is None else float(axis.center),
                "constant": axis.constant,
                "whole": axis.whole,
                "largest": axis.largest,
            }
        )
    return {**found, "to_shape": field.to_shape, "axes": axes}


def box_data(box: Box | None) -> dict[str, Any] | None:
    """The box of an element for scripts."""
    if box is None:
        return None
    return {"first": box.first, "last": box.last}
