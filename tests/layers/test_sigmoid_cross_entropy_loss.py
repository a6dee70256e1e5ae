from __future__ import annotations

from tests.layers.conftest import check_fault, check_rows, infer

TEXT = 'type: "SigmoidCrossEntropyLoss"'


def test_rows_of_a_real_caffe() -> None:
    check_rows("SigmoidCrossEntropyLoss")


def test_the_top_is_a_scalar() -> None:
    assert infer(TEXT, (4, 3, 5, 5), (4, 75)).tops == ((),)
    assert infer(TEXT, (None, 3, None, 5), (4, 3, 5, 5)).tops == ((),)
    assert infer(TEXT, None, (4, 3)).tops == ((),)


def test_faults() -> None:
    why = "bottoms differ in number of elements: 24 and 20: bottom 0 is 4x6, bottom 1 is 4x5"
    check_fault(why, "bottom[1]", TEXT, (4, 6), (4, 5))
    check_fault("bottoms differ in batch size: 4 and 6", "bottom[1]", TEXT, (4, 6), (6, 4))
    check_fault("does not work in place", "top[0]", TEXT, (4, 6), (4, 6), in_place=[0])
