from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer

TEXT = 'type: "MultinomialLogisticLoss"'


def test_rows_of_a_real_caffe() -> None:
    check_rows("MultinomialLogisticLoss")


@pytest.mark.parametrize("labels", [(64,), (64, 1), (64, 1, 1, 1), (None,)])
def test_the_top_is_a_scalar(labels: Shape) -> None:
    assert infer(TEXT, (64, 10), labels).tops == ((),)


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        ((4, 2), "expected size 1 on axis 1, got 2: bottom 1 is 4x2"),
        ((4, 1, 1, 1, 1), "expected at most 4 axes, got 5: bottom 1 is 4x1x1x1x1"),
        ((3,), "bottoms differ in batch size: 4 and 3 (axis 0)"),
    ],
)
def test_faults(labels: Shape, why: str) -> None:
    check_fault(why, "bottom[1]", TEXT, (4, 6), labels)
