from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("EuclideanLoss")


def test_the_top_is_a_scalar() -> None:
    assert infer('type: "EuclideanLoss"', (4, 3, 5, 5), (4, 3, 5, 5)).tops == ((),)
    assert infer('type: "EuclideanLoss"', (4, 75), (4, 3, 5, 5)).tops == ((),)
    assert infer('type: "EuclideanLoss"', (None, 3, None, 5), (4, 3, 5, 5)).tops == ((),)
    assert infer('type: "EuclideanLoss"', None, (4, 3)).tops == ((),)


@pytest.mark.parametrize(
    ("bottoms", "why", "field"),
    [
        ([(4, 6), (4, 5)], "bottoms differ in elements per item: 6 and 5", "bottom[1]"),
        ([(64, 10), (32, 10)], "bottoms differ in batch size: 64 and 32 (axis 0)", "bottom[1]"),
        ([(), ()], "expected at least 1 axis (the batch), got 0", "bottom[0]"),
    ],
)
def test_faults(bottoms: list[Shape], why: str, field: str) -> None:
    check_fault(why, field, 'type: "EuclideanLoss"', *bottoms)


def test_it_does_not_work_in_place() -> None:
    bottoms = [(4, 6)] * 2
    check_fault("not work in place", "top[0]", 'type: "EuclideanLoss"', *bottoms, in_place=[0])
