"""Arithmetic in words: each equation is verified with its numbers before it is printed."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from fractions import Fraction

__all__ = ["decimal", "equation", "evaluate", "rounded"]

_OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def evaluate(expression: str) -> Fraction:
    """The exact value of an expression such as ``2*(38 - 1) + 2``."""
    # In fractions, because a float may call an equation true that is not.
    return _value(ast.parse(expression, mode="eval").body)


def _value(node: ast.expr) -> Fraction:
    """The value of an expression of integers."""
    # Only what the equations of this package consist of, so that nothing else is ever run.
    match node:
        case ast.Constant(value=int(number)):
            return Fraction(number)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            apply = _OPERATORS[type(op)]
            return apply(_value(left), _value(right))
    raise ValueError(f"not arithmetic: {ast.dump(node)}")


def equation(expression: str, value: int) -> str:
    """``2*(38 - 1) + 2 = 76``, or nothing if that is false."""
    if evaluate(expression) != value:
        return ""
    return f"{expression} = {value}"


def rounded(expression: str, whole: int, value: int) -> str:
    """``(75 - 2) / 2 = 36.5, which Caffe rounds up to 37, plus 1``, or nothing if that is false.

    ``whole`` is what Caffe rounds the expression to, and ``value`` is one more. If there is nothing
    to round, it is ``(76 - 2) / 2 + 1 = 38``.
    """
    exact = evaluate(expression)
    if exact == whole:
        return equation(f"{expression} + 1", value)
    if value != whole + 1:
        return ""
    # Caffe rounds up or down, depending on the layer, but never past the next integer.
    if whole not in (math.floor(exact), math.ceil(exact)):
        return ""
    way = "down"
    if whole > exact:
        way = "up"
    return f"{expression} {decimal(exact)}, which Caffe rounds {way} to {whole}, plus 1"


def decimal(number: Fraction) -> str:
    """``= 36.5``, or ``is about 10.143`` if there is no short decimal."""
    text = f"{float(number):.6f}".rstrip("0").rstrip(".")
    if Fraction(text) == number:
        return f"= {text}"
    # An equation that is printed has to hold, and this one would not.
    return f"is about {float(number):.3f}"
