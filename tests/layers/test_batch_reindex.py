from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("BatchReindex")


@pytest.mark.parametrize(
    ("bottoms", "top"),
    [([(8, 1, 2), (5,)], (5, 1, 2)), ([(4,), (6,)], (6,)), ([(4, 3), (None,)], (None, 3))],
)
def test_an_item_for_each_index(bottoms: list[Shape], top: Shape) -> None:
    assert infer('type: "BatchReindex"', *bottoms).tops == (top,)


def test_indices_have_one_axis() -> None:
    why = "expected 1 axis (indices), got 2: bottom 1 is 4x2"
    check_fault(why, "bottom[1]", 'type: "BatchReindex"', (4, 8, 2), (4, 2))
