"""SoftmaxWithLossOHEM of intel/caffe (softmax_loss_ohem_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer

TEXT = 'type: "SoftmaxWithLossOHEM"'


def test_more_tops_have_the_probabilities_and_the_loss_of_each_instance() -> None:
    assert infer(TEXT, (300, 21), (300,), tops=3).tops == ((), (300, 21), (300,))
    assert infer(TEXT, (300, 21), (300,)).tops == ((),)


def test_labels_must_fit() -> None:
    why = "expected 9 labels, one per prediction (classes along axis 1), got 18"
    check_fault(why, "bottom[1]", TEXT, (9, 21), (9, 2))
