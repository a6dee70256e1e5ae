"""FrcnDetection, as the Caffe of Sophgo's tpu-mlir answers (`real_caffe.py --engine sophgo`)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer

TEXT = 'type: "FrcnDetection" frcn_detection_param { keep_topk: 20 class_num: 21 }'


def test_a_fixed_number_of_rows_for_each_image() -> None:
    assert infer(TEXT, (300, 84), (300, 21), (1, 1, 300, 5)).tops == ((1, 1, 20, 6),)
    assert infer(TEXT, (300, 84), (300, 21), (2, 1, 150, 5)).tops == ((2, 1, 20, 6),)
    check_fault("expected 3 bottoms, got 2", "bottom", TEXT, (300, 84), (300, 21))
