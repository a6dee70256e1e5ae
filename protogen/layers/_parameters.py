"""Checks of single parameters that many layers make."""

from __future__ import annotations

from protogen.schema import Context
from protogen.shapes import INT_MAX

__all__ = ["check_both_or_neither", "check_given", "check_positive", "check_size"]


def check_given(ctx: Context, *fields: str) -> None:
    """Raise if one of these parameters is not written; Caffe has no default for them."""
    for field in fields:
        if not ctx.param.HasField(field):
            raise ctx.fault(f"{field} is missing", field)


def check_positive(ctx: Context, *fields: str) -> None:
    """Raise if one of these parameters is not greater than 0."""
    for field in fields:
        value = getattr(ctx.param, field)
        if value > 0:
            continue
        # An absent field reads as 0, too.
        if ctx.param.HasField(field):
            raise ctx.fault(f"{field} must be greater than 0, got {value:g}", field)
        raise ctx.fault(f"{field} is missing", field)


def check_size(ctx: Context, field: str) -> None:
    """Raise if a parameter is not a size that a blob can have: Caffe keeps sizes in an int."""
    check_positive(ctx, field)
    value = getattr(ctx.param, field)
    if value > INT_MAX:
        raise ctx.fault(f"{field} must be at most {INT_MAX}, got {value}", field)


def check_both_or_neither(ctx: Context, height: str, width: str) -> None:
    """Raise if only one of a height and a width is greater than 0."""
    values = {height: getattr(ctx.param, height), width: getattr(ctx.param, width)}
    # Both at 0 stand for the size of the image itself.
    given = [field for field, value in values.items() if value]
    if len(given) == 1:
        raise ctx.fault(
            f"{height} {values[height]} and {width} {values[width]}: give both, or neither",
            given[0],
        )
