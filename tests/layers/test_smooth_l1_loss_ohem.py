"""SmoothL1LossOHEM of intel/caffe (smooth_L1_loss_ohem_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer

TEXT = 'type: "SmoothL1LossOHEM"'
BOXES = (300, 8, 1, 1)


def test_a_second_top_has_the_loss_of_each_instance() -> None:
    assert infer(TEXT, BOXES, BOXES, BOXES, tops=2).tops == ((), (300, 1, 1, 1))
    assert infer(TEXT, BOXES, BOXES).tops == ((),)


def test_bottoms_must_agree() -> None:
    why = "bottoms differ in channels: 8 and 4: bottom 0 is 9x8, bottom 1 is 9x4"
    check_fault(why, "bottom[1]", TEXT, (9, 8), (9, 4))
