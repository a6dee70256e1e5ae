"""RetinaFaceDetection, as Sophgo's Caffe answers (`real_caffe.py --engine sophgo`)."""

from __future__ import annotations

from tests.layers.conftest import infer

TEXT = 'type: "RetinaFaceDetection" retinaface_detection_param { keep_topk: 200 }'


def test_a_fixed_number_of_rows_for_each_image() -> None:
    heads = [(3, 255, 13, 13), (3, 255, 26, 26), (3, 255, 52, 52)]
    assert infer(TEXT, *heads).tops == ((3, 1, 200, 15),)
    assert infer('type: "RetinaFaceDetection"', *heads).tops == ((3, 1, 0, 15),)
