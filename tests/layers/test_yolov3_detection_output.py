"""Yolov3DetectionOutput of eric612's fork: one row of 7 numbers per detection ."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def test_one_row_until_it_has_run() -> None:
    text = 'type: "Yolov3DetectionOutput" yolov3_detection_output_param { num_classes: 20 }'
    assert infer(text, (1, 75, 13, 13), (1, 75, 26, 26)).tops == ((1, 1, 1, 7),)
    assert infer(text, None).tops == ((1, 1, 1, 7),)


def test_num_classes_is_required() -> None:
    field = "yolov3_detection_output_param.num_classes"
    check_fault("num_classes is missing", field, 'type: "Yolov3DetectionOutput"', (1, 75, 13, 13))
