"""ContinuationIndicator, as a real Caffe with CRNN's layers answers (`real_caffe.py`)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def text(fields: str) -> str:
    return f'type: "ContinuationIndicator" continuation_indicator_param {{ {fields} }}'


def test_the_markers_of_an_lstm() -> None:
    assert infer(text("time_step: 7 batch_size: 3")).tops == ((7, 3),)


def test_faults() -> None:
    field = "continuation_indicator_param"
    check_fault("batch_size is missing", f"{field}.batch_size", text("time_step: 7"))
    check_fault("time_step is missing", f"{field}.time_step", text("batch_size: 7"))
    both = text("time_step: 7 batch_size: 3")
    check_fault("expected no bottoms, got 1", "bottom[0]", both, (2, 3))
