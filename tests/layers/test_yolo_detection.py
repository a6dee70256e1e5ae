"""YoloDetection, as the Caffe of Sophgo's tpu-mlir answers (`real_caffe.py --engine sophgo`)."""

from __future__ import annotations

from tests.layers.conftest import infer

TEXT = 'type: "YoloDetection" yolo_detection_param { keep_topk: 200 }'


def test_a_fixed_number_of_rows_for_each_image() -> None:
    heads = [(3, 255, 13, 13), (3, 255, 26, 26), (3, 255, 52, 52)]
    assert infer(TEXT, *heads).tops == ((3, 1, 200, 6),)
    assert infer('type: "YoloDetection"', *heads).tops == ((3, 1, 0, 6),)
