from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("Accuracy")


@pytest.mark.parametrize("labels", [(64,), (64, 1), (64, 1, 1, 1), (None,)])
def test_one_number_for_all_predictions(labels: Shape) -> None:
    assert infer('type: "Accuracy"', (64, 10), labels).tops == ((),)


@pytest.mark.parametrize("labels", [(8, 60, 60), (8, 1, 60, 60)])
def test_labels_of_an_image_keep_or_drop_the_class_axis(labels: Shape) -> None:
    assert infer('type: "Accuracy"', (8, 21, 60, 60), labels).tops == ((),)


def test_a_second_top_has_a_number_for_each_class() -> None:
    assert infer('type: "Accuracy"', (8, 4), (8,), tops=2).tops == ((), (4,))
    assert infer('type: "Accuracy"', None, (8,), tops=2).tops == ((), (None,))


@pytest.mark.parametrize(
    ("param", "bottoms", "why", "field"),
    [
        (
            "top_k: 5",
            [(8, 4), (8,)],
            "top_k 5 is greater than 4, the number of scores per label",
            "accuracy_param.top_k",
        ),
        # More labels than scores: the labels are the cause, not top_k.
        (
            "",
            [(4, 19, 2, 4), (4, 1, 16, 32)],
            "expected 32 labels, one per prediction (classes along axis 1), got 2048",
            "bottom[1]",
        ),
        ("", [(8, 4), (0,)], "there are no labels, and Caffe divides by", "bottom[1]"),
        ("", [(8, 4), (8,), (8,)], "expected 2 bottoms, got 3", "bottom[2]"),
        (
            "",
            [(8, 4), (4,)],
            "expected 8 labels, one per prediction (classes along axis 1), got 4",
            "bottom[1]",
        ),
        ("axis: 2", [(8, 4), (8,)], "axis 2 is out of range", "accuracy_param.axis"),
    ],
)
def test_faults(param: str, bottoms: list[Shape], why: str, field: str) -> None:
    check_fault(why, field, f'type: "Accuracy" accuracy_param {{ {param} }}', *bottoms)


def test_a_top_k_that_is_a_negative_int_in_caffe_passes() -> None:
    text = 'type: "Accuracy" accuracy_param { top_k: 4294967295 }'
    assert infer(text, (8, 4), (8,)).tops == ((),)
