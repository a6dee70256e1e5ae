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


def test_only_fast_r_cnn_takes_weights() -> None:
    assert infer(FAST_RCNN, *[BOXES] * 4).tops == ((),)
    assert infer(f"{SSD} loss_weight: 1", *[BOXES] * 4).tops == ((),)
    check_fault("expected 2 bottoms in SSD's fork, got 4", "bottom[2]", SSD, *[BOXES] * 4)
    check_fault("expected 2 bottoms in SSD's fork, got 3", "bottom[2]", FAST_RCNN, *[BOXES] * 3)


def test_bottoms_must_agree() -> None:
    why = "bottoms differ in channels: 84 and 80: bottom 0 is 128x84, bottom 3 is 128x80"
    check_fault(why, "bottom[3]", FAST_RCNN, *[BOXES] * 3, (128, 80))
    check_fault("does not work in place", "top[0]", SSD, BOXES, BOXES, in_place=[0])
