from __future__ import annotations

from tests.layers.conftest import check_fault, check_rows, infer

SSD = 'type: "SmoothL1Loss"'
FAST_RCNN = 'type: "SmoothL1Loss" smooth_l1_loss_param { sigma: 3 }'
BOXES = (128, 84)


def test_rows_of_a_real_caffe() -> None:
    check_rows("SmoothL1Loss")


def test_the_top_is_a_scalar() -> None:
    assert infer(SSD, BOXES, BOXES).tops == ((),)
    assert infer(SSD, (None, 3, None, 5), (4, 3, 5, 5)).tops == ((),)


def test_faster_r_cnn_takes_weights_for_differences_and_losses() -> None:
    assert infer(FAST_RCNN, *[BOXES] * 4).tops == ((),)
    assert infer(f"{SSD} loss_weight: 1", *[BOXES] * 4).tops == ((),)
    check_fault("expected 2 bottoms in SSD's fork, got 4", "bottom[2]", SSD, *[BOXES] * 4)


def test_fast_r_cnn_and_r_fcn_take_weights_for_differences() -> None:
    """``has_weights_ = (bottom.size() == 3)`` in both; 2 or 3 bottoms are allowed."""
    assert infer(SSD, *[BOXES] * 3).tops == ((),)
    why = "bottoms differ in channels: 84 and 80: bottom 0 is 128x84, bottom 2 is 128x80"
    check_fault(why, "bottom[2]", SSD, BOXES, BOXES, (128, 80))


def test_r_fcn_has_a_top_for_the_loss_of_each_instance() -> None:
    """``top[1]->Reshape(num, 1, height, width)`` in R-FCN's fork."""
    for bottoms in (2, 3):
        assert infer(SSD, *[(1, 8, 60, 40)] * bottoms, tops=2).tops == ((), (1, 1, 60, 40))
    assert infer(SSD, None, BOXES, tops=2).tops == ((), None)
    why = "R-FCN's fork has a second top, but takes at most 3 bottoms"
    check_fault(why, "top[1]", FAST_RCNN, *[BOXES] * 4, tops=2)


def test_bottoms_must_agree() -> None:
    why = "bottoms differ in channels: 84 and 80: bottom 0 is 128x84, bottom 3 is 128x80"
    check_fault(why, "bottom[3]", FAST_RCNN, *[BOXES] * 3, (128, 80))
    check_fault("does not work in place", "top[0]", SSD, BOXES, BOXES, in_place=[0])
