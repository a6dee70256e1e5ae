"""CtcLoss of yalecyu/crnn.caffe (src/caffe/layers/ctc_loss_layer.cpp).

A real Caffe with this layer (`real_caffe.py`) agrees, but also wants as many timesteps as streams:
CRNN's fork has taken that check out of ``LossLayer::Reshape``.
"""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer

TEXT = 'type: "CtcLoss" ctc_loss_param { alphabet_size: 11 time_step: 13 blank_label: 10 }'


def test_the_loss_of_crnn() -> None:
    assert infer(TEXT, (13, 523, 11), (523, 4)).tops == ((),)
    assert infer(TEXT, (3, 3), (3,)).tops == ((),)
    assert infer(TEXT, None, (523, 4)).tops == ((),)


def test_faults() -> None:
    why = "bottoms differ in streams: 523 and 522: bottom 0 is 13x523x11, bottom 1 is 522x4"
    check_fault(why, "bottom[1]", TEXT, (13, 523, 11), (522, 4))
    text = 'type: "CtcLoss" ctc_loss_param { time_step: 13 }'
    why = "alphabet_size is missing"
    check_fault(why, "ctc_loss_param.alphabet_size", text, (13, 523, 11), (523, 4))
