from __future__ import annotations

from tests.layers.conftest import check_fault, check_rows, infer

FROM_FILE = 'type: "InfogainLoss" infogain_loss_param { source: "H.binaryproto" }'


def test_rows_of_a_real_caffe() -> None:
    check_rows("InfogainLoss")


def test_the_matrix_is_a_bottom_or_in_a_file() -> None:
    assert infer('type: "InfogainLoss"', (8, 4), (8,), (1, 1, 4, 4)).tops == ((),)
    assert infer(FROM_FILE, (8, 4), (8,)).tops == ((),)


def test_a_second_top_is_the_probabilities() -> None:
    assert infer('type: "InfogainLoss"', (8, 4), (8,), (4, 4), tops=2).tops == ((), (8, 4))


def test_faults() -> None:
    text = 'type: "InfogainLoss"'
    why = "the matrix is missing: give infogain_loss_param.source, or a third bottom"
    check_fault(why, "infogain_loss_param.source", text, (8, 4), (8,))
    why = "expected a matrix of 4x4 for 4 classes: bottom 0 is 8x4, bottom 2 is 4x3"
    check_fault(why, "bottom[2]", text, (8, 4), (8,), (4, 3))
    normalized = FROM_FILE + " loss_param { normalize: false }"
    why = "does not support normalize; use normalization"
    check_fault(why, "loss_param.normalize", normalized, (8, 4), (8,))
    why = "expected 8 labels, one per prediction (classes along axis 1), got 16"
    check_fault(why, "bottom[1]", FROM_FILE, (8, 4), (8, 2))
