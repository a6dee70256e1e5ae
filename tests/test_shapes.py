"""Shapes, and arithmetic with sizes that are unknown."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest

from protogen.shapes import (
    UNKNOWN,
    Shape,
    count,
    differ,
    format_shape,
    internal_shape,
    is_known,
    parse_shape,
    public_shape,
    truncated_division,
)

ARITHMETIC = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.floordiv,
    operator.truediv,
    operator.mod,
]


@pytest.mark.parametrize("operation", ARITHMETIC)
def test_arithmetic_with_an_unknown_size_is_unknown(operation: Callable[[Any, Any], Any]) -> None:
    for left, right in ((UNKNOWN, 2), (2, UNKNOWN), (UNKNOWN, UNKNOWN)):
        assert operation(left, right) is UNKNOWN


def test_signs_of_an_unknown_size() -> None:
    assert -UNKNOWN is UNKNOWN
    assert +UNKNOWN is UNKNOWN
    assert abs(UNKNOWN) is UNKNOWN


@pytest.mark.parametrize("comparison", [operator.lt, operator.le, operator.gt, operator.ge])
def test_no_comparison_with_an_unknown_size_is_true(
    comparison: Callable[[Any, Any], bool],
) -> None:
    assert not comparison(UNKNOWN, 1)
    assert not comparison(1, UNKNOWN)
    assert not comparison(UNKNOWN, UNKNOWN)


def test_an_unknown_size_differs_from_nothing() -> None:
    # A rule is written as `if size != other: raise`, so a difference would be a fault.
    assert not operator.ne(UNKNOWN, 3)
    assert UNKNOWN == 3
    assert (2, UNKNOWN) == (2, 3)
    assert not UNKNOWN


def test_unknown_sizes_outside_the_rules_are_none() -> None:
    inside = internal_shape((2, None, 3))
    assert inside[1] is UNKNOWN
    assert (inside[0], inside[2]) == (2, 3)
    assert public_shape(inside) == (2, None, 3)


def test_the_number_of_elements() -> None:
    assert count((2, 3, 4)) == 24
    assert count(()) == 1
    assert count((2, 0, 4)) == 0
    assert count((2, UNKNOWN)) is UNKNOWN


def test_a_shape_is_known_if_all_of_it_is() -> None:
    assert is_known((1, 3))
    assert is_known(())
    assert not is_known((1, None))
    assert not is_known(None)


def test_division_truncates_toward_zero_as_in_cpp() -> None:
    # ISO C++: the quotient with any fractional part discarded, so -1 / 2 is 0 and -3 / 2 is -1.
    assert [truncated_division(n, 2) for n in (-3, -2, -1, 0, 1, 3)] == [-1, -1, 0, 0, 0, 1]
    assert truncated_division(UNKNOWN, 2) is UNKNOWN


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((64, 20, 12, 12), "64x20x12x12"),
        ((64, None, 12), "64x?x12"),
        ((UNKNOWN, 2), "?x2"),
        ((5,), "5"),
        ((), "scalar"),
        (None, "?"),
    ],
)
def test_a_shape_as_text(shape: Any, text: str) -> None:
    assert format_shape(shape) == text


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("1,3,227,227", (1, 3, 227, 227)),
        ("1x3x227x227", (1, 3, 227, 227)),
        (" 1, ?, 5 ", (1, None, 5)),
        ("7", (7,)),
        ("0", (0,)),
        ("scalar", ()),
        ("", ()),
    ],
)
def test_a_text_as_shape(text: str, shape: tuple[int | None, ...]) -> None:
    assert parse_shape(text) == shape


@pytest.mark.parametrize("text", ["1,,3", "1,-3", "a", "1.5", "(1, 3)"])
def test_a_text_that_is_not_a_shape(text: str) -> None:
    with pytest.raises(ValueError, match="is not a shape; write sizes like 1,3,227,227"):
        parse_shape(text)


@pytest.mark.parametrize(
    ("shape", "other", "expected"),
    [
        ((1, 3), (1, 3), False),
        ((1, 3), (1, 4), True),
        ((1, None), (1, 4), False),  # may be 4
        ((None, 3), (1, 4), True),
        ((1, 3), (1, 3, 1), True),
        ((), (1,), True),
        (None, (1, 3), False),
        ((1, 3), None, False),
    ],
)
def test_shapes_differ_as_far_as_they_are_known(shape: Shape, other: Shape, expected: bool) -> None:
    assert differ(shape, other) is expected
    assert differ(other, shape) is expected
