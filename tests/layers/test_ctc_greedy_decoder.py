"""CTCGreedyDecoder of senlinuc/caffe_ocr (src/caffe/layers/ctc_decoder_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer

TEXT = 'type: "CTCGreedyDecoder"'


def test_the_sequences_or_two_accuracies() -> None:
    assert infer(TEXT, (35, 8, 5990)).tops == ((8, 35, 1, 1),)
    assert infer(TEXT, (35, 8, 5990), (8, 10)).tops == ((1, 2, 1, 1),)
    why = "expected at least 3 axes (timesteps, streams, classes), got 2"
    check_fault(why, "bottom[0]", TEXT, (35, 8))
