"""SegAccuracy of PSPNet (seg_accuracy_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer

TEXT = 'type: "SegAccuracy"'


def test_three_numbers() -> None:
    assert infer(TEXT, (2, 21, 9, 8), (2, 1, 9, 8)).tops == ((1, 1, 1, 3),)
    assert infer(TEXT, None, (2, 1, 9, 8)).tops == ((1, 1, 1, 3),)


def test_faults() -> None:
    why = "expected one label per pixel: bottom 0 is 2x21x9x8, bottom 1 is 2x1x9x9"
    check_fault(why, "bottom[1]", TEXT, (2, 21, 9, 8), (2, 1, 9, 9))
    why = "the class axis of bottom 0 is 0, which has no elements"
    check_fault(why, "bottom[0]", TEXT, (2, 0, 9, 8), (2, 1, 9, 8))
