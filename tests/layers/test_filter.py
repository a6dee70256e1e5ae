from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("Filter")


@pytest.mark.parametrize("selector", [(2,), (2, 1, 1, 1), (None, 1)])
def test_it_starts_with_all_items(selector: Shape) -> None:
    facts = infer('type: "Filter"', (2, 4, 2), (2, 5), selector, tops=2)
    assert facts.tops == ((2, 4, 2), (2, 5))


@pytest.mark.parametrize(
    ("bottoms", "why", "field"),
    [
        (
            [(5, 1), (4,)],
            "bottom 0 and the selector differ in batch size: 5 and 4 (axis 0)",
            "bottom[0]",
        ),
        ([(5, 1), (5, 2)], "with one element per item: bottom 1 is 5x2", "bottom[1]"),
        ([(5, 1), ()], "with one element per item: bottom 1 is scalar", "bottom[1]"),
        ([(), (1,)], "expected at least 1 axis (the batch), got 0", "bottom[0]"),
        ([(0, 1), (0,)], "the selector is 0, which has no elements", "bottom[1]"),
        (
            [(5, 1), (5, 1), (5,)],
            "expected one top for each bottom except the selector, got 1 top for 2 bottoms",
            "top",
        ),
        ([(5,)], "expected at least 2 bottoms, got 1", "bottom"),
    ],
)
def test_faults(bottoms: list[Shape], why: str, field: str) -> None:
    check_fault(why, field, 'type: "Filter"', *bottoms)
