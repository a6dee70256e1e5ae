"""Exact quotients in words."""

from __future__ import annotations

from fractions import Fraction

__all__ = ["quotient"]


def quotient(dividend: int, divisor: int) -> str:
    """``36.5``, or ``2 1/3`` if the decimals do not end.

    A message is an equation that has to hold, so a rounded quotient is not good enough.
    """
    exact = Fraction(dividend, divisor)
    if (exact * 1000).denominator == 1:
        return f"{float(exact):.3f}".rstrip("0").rstrip(".")
    # divmod rounds down, so that of -7/3 it would leave 2/3.
    whole, rest = divmod(abs(exact), 1)
    sign = ""
    if exact < 0:
        sign = "-"
    if not whole:
        return f"{sign}{rest}"
    return f"{sign}{whole} {rest}"
