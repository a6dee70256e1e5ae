from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("HingeLoss")


@pytest.mark.parametrize("labels", [(64,), (64, 1), (64, 7, 9), (None,)])
def test_caffe_compares_only_the_batch_sizes(labels: Shape) -> None:
    assert infer('type: "HingeLoss"', (64, 10), labels).tops == ((),)
    assert infer('type: "HingeLoss"', None, labels).tops == ((),)


def test_batch_sizes_must_agree() -> None:
    why = "bottoms differ in batch size: 64 and 32 (axis 0): bottom 0 is 64x10, bottom 1 is 32"
    check_fault(why, "bottom[1]", 'type: "HingeLoss"', (64, 10), (32,))
