"""Yolov3 of eric612's fork (yolov3_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def layer(classes: int) -> str:
    return f'type: "Yolov3" yolov3_param {{ num: 3 num_class: {classes} }}'


def test_the_top_is_a_scalar() -> None:
    # 3 * (5 + 20) = 75 channels
    assert infer(layer(20), (8, 75, 13, 12), (8, 1, 300, 5)).tops == ((),)


def test_predictions_that_do_not_fit() -> None:
    # 13 * 13 * 3 * (5 + 80) and 75 * 13 * 13
    why = "expected 43095 elements per item for 3 anchors and 80 classes, got 12675"
    check_fault(why, "yolov3_param.num_class", layer(80), (8, 75, 13, 13), (8, 1, 300, 5))
