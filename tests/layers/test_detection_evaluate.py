from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer

FOUND, TRUE = (1, 1, 9, 7), (1, 1, 4, 8)


def layer(param: str = "") -> str:
    return f'type: "DetectionEvaluate" detection_evaluate_param {{ num_classes: 21 {param} }}'


def test_rows_of_a_real_caffe() -> None:
    check_rows("DetectionEvaluate")


def test_a_row_for_each_class_and_each_detection() -> None:
    assert infer(layer(), FOUND, TRUE).tops == ((1, 1, 20 + 9, 5),)
    no_background = layer("background_label_id: 4294967295")  # -1
    assert infer(no_background, FOUND, TRUE).tops == ((1, 1, 21 + 9, 5),)


@pytest.mark.parametrize(
    ("found", "true", "why", "field"),
    [
        ((1, 1, 9, 8), TRUE, "expected rows of 7 numbers (1x1x?x7): bottom 0 is", "bottom[0]"),
        (FOUND, (1, 1, 4, 7), "expected rows of 8 numbers (1x1x?x8): bottom 1 is", "bottom[1]"),
        ((1, 1, 0, 7), TRUE, "bottom 0 is 1x1x0x7, which has no elements", "bottom[0]"),
    ],
)
def test_bottoms_that_do_not_fit(found: Shape, true: Shape, why: str, field: str) -> None:
    check_fault(why, field, layer(), found, true)


def test_parameters() -> None:
    home = "detection_evaluate_param"
    text = 'type: "DetectionEvaluate"'
    check_fault("num_classes is missing", f"{home}.num_classes", text, FOUND, TRUE)
    text = layer("overlap_threshold: 0")
    why = "overlap_threshold must be greater than 0, got 0"
    check_fault(why, f"{home}.overlap_threshold", text, FOUND, TRUE)
