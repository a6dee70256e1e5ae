from __future__ import annotations

import pytest

from tests.layers.conftest import check_fault, check_rows, infer


def layer(param: str = "") -> str:
    return f'type: "DetectionOutput" detection_output_param {{ num_classes: 21 {param} }}'


def test_rows_of_a_real_caffe() -> None:
    check_rows("DetectionOutput")


def test_one_row_until_it_has_run() -> None:
    bottoms = [(8, 8732 * 4), (8, 8732 * 21), (1, 2, 8732 * 4)]  # SSD300
    assert infer(layer(), *bottoms).tops == ((1, 1, 1, 7),)
    assert infer(layer(), None, None, None).tops == ((1, 1, 1, 7),)


def test_locations_for_each_class() -> None:
    bottoms = [(8, 10 * 4 * 21), (8, 10 * 21), (1, 2, 40)]
    assert infer(layer("share_location: false"), *bottoms).tops == ((1, 1, 1, 7),)


@pytest.mark.parametrize(
    ("location", "confidence", "why", "field"),
    [
        (
            (8, 41),
            (8, 210),
            "expected 40 location predictions for 10 prior boxes and 21 classes, got 41",
            "bottom[0]",
        ),
        ((8, 40), (8, 211), "expected 210 confidence predictions", "bottom[1]"),
        ((8, 40), (9, 210), "bottoms differ in batch size: 8 and 9", "bottom[1]"),
        ((), (8, 210), "expected at least 1 axis (the batch), got 0", "bottom[0]"),
    ],
)
def test_predictions_that_do_not_fit(
    location: tuple[int, ...], confidence: tuple[int, ...], why: str, field: str
) -> None:
    check_fault(why, field, layer(), location, confidence, (1, 2, 40))


@pytest.mark.parametrize(
    ("param", "why", "field"),
    [
        ("nms_param { eta: 0 }", "eta must be greater than 0 and at most 1, got 0", "eta"),
        ("nms_param { eta: 1.5 }", "eta must be greater than 0 and at most 1, got 1.5", "eta"),
        (
            "nms_param { nms_threshold: -1 }",
            "nms_threshold must be 0 or greater, got -1",
            "nms_threshold",
        ),
    ],
)
def test_suppression(param: str, why: str, field: str) -> None:
    path = f"detection_output_param.nms_param.{field}"
    check_fault(why, path, layer(param), (8, 40), (8, 210), (1, 2, 40))


def test_num_classes_is_required() -> None:
    field, text = "detection_output_param.num_classes", 'type: "DetectionOutput"'
    check_fault("num_classes is missing", field, text, (8, 40), (8, 210), (1, 2, 40))
