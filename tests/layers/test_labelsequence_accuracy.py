"""LabelsequenceAccuracy, as a real Caffe with CRNN's layers answers (`real_caffe.py`)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer

TEXT = 'type: "LabelsequenceAccuracy" labelsequence_accuracy_param { blank_label: 10 }'


def test_the_top_is_a_scalar() -> None:
    assert infer(TEXT, (7, 3, 11), (3, 5)).tops == ((),)
    assert infer(TEXT, (7,), (2,)).tops == ((),)
    assert infer(TEXT, None, (3, 5)).tops == ((),)
    check_fault("expected 2 bottoms, got 1", "bottom", TEXT, (7, 3, 11))
