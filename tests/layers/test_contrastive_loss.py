from __future__ import annotations

from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("ContrastiveLoss")


def test_features_of_both_sides_and_a_label() -> None:
    assert infer('type: "ContrastiveLoss"', (8, 64), (8, 64, 1, 1), (8,)).tops == ((),)


def test_faults() -> None:
    text = 'type: "ContrastiveLoss"'
    why = "bottoms differ in channels: 64 and 32"
    check_fault(why, "bottom[1]", text, (8, 64), (8, 32), (8,))
    why = "expected size 1 on axis 2, got 2: bottom 1 is 8x64x2"
    check_fault(why, "bottom[1]", text, (8, 64), (8, 64, 2), (8,))
