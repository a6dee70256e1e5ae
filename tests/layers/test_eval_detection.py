"""EvalDetection of intel/caffe (eval_detection_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer

TEXT = 'type: "EvalDetection" eval_detection_param { side: 13 num_class: 20 num_object: 5 }'


def test_4_numbers_per_box_after_those_of_the_classes() -> None:
    # 13 * 13 * 5 = 845 boxes of 25 numbers; 20 classes and 4 numbers for each box
    assert infer(TEXT, (4, 125, 13, 13), (4, 150)).tops == ((4, 3400),)
    assert infer(TEXT, None, None).tops == ((None, 3400),)


def test_predictions_that_do_not_fit() -> None:
    why = "expected 21125 elements per item for side 13, num_object 5 and num_class 20, got 12675"
    check_fault(why, "eval_detection_param.side", TEXT, (4, 75, 13, 13), (4, 150))
