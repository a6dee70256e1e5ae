"""Equations in words: what does not hold is not said."""

from __future__ import annotations

from fractions import Fraction

import pytest

from protogen.explanations.equations import decimal, equation, evaluate, rounded


def test_the_value_of_an_expression() -> None:
    assert evaluate("2*(38 - 1) + 4 - 2*1") == 76
    assert evaluate("(75 + 2*1 - 3) / 4") == Fraction(37, 2)
    assert evaluate("-2 - -3") == 1


@pytest.mark.parametrize("text", ["size + 1", "2 ** 3", "'a'", "1.5"])
def test_nothing_but_arithmetic(text: str) -> None:
    with pytest.raises(ValueError, match="not arithmetic"):
        evaluate(text)


def test_an_equation() -> None:
    assert equation("2*38", 76) == "2*38 = 76"
    assert equation("2*38", 75) == ""


@pytest.mark.parametrize(
    ("expression", "whole", "value", "text"),
    [
        ("(75 - 2) / 2", 37, 38, "(75 - 2) / 2 = 36.5, which Caffe rounds up to 37, plus 1"),
        ("(75 - 2) / 2", 36, 37, "(75 - 2) / 2 = 36.5, which Caffe rounds down to 36, plus 1"),
        ("(76 - 2) / 2", 37, 38, "(76 - 2) / 2 + 1 = 38"),
        # -1/2 is truncated toward zero.
        ("(2 - 3) / 2", 0, 1, "(2 - 3) / 2 = -0.5, which Caffe rounds up to 0, plus 1"),
        ("(9 - 2) / 3", 3, 4, "(9 - 2) / 3 is about 2.333, which Caffe rounds up to 3, plus 1"),
        # These are false.
        ("(75 - 2) / 2", 38, 39, ""),
        ("(75 - 2) / 2", 37, 39, ""),
        ("(76 - 2) / 2", 37, 39, ""),
    ],
)
def test_a_rounded_quotient(expression: str, whole: int, value: int, text: str) -> None:
    assert rounded(expression, whole, value) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Fraction(73, 2), "= 36.5"),
        (Fraction(63, 16), "= 3.9375"),
        (Fraction(-1, 2), "= -0.5"),
        (Fraction(1, 3), "is about 0.333"),
    ],
)
def test_a_decimal(number: Fraction, text: str) -> None:
    assert decimal(number) == text
