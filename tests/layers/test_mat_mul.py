"""MatMul, as the Caffe of Sophgo's tpu-mlir answers (`real_caffe.py --engine sophgo`)."""

from __future__ import annotations

from protogen.schema import Facts
from tests.layers.conftest import check_fault, infer


def test_the_top_is_dim_1_by_dim_3() -> None:
    text = 'type: "MatMul" matmul_param { dim_1: 4 dim_2: 5 dim_3: 6 }'
    assert infer(text, (20, 1, 1), (30, 1, 1)) == Facts(((4, 6),), macs=4 * 5 * 6)
    assert infer(text, None, (30, 1, 1)).tops == ((4, 6),)


def test_a_size_that_is_not_given_is_1() -> None:
    assert infer('type: "MatMul"', (1, 8, 4, 4), (1, 8, 4, 4)).tops == ((1, 1),)
    check_fault("expected 2 bottoms, got 1", "bottom", 'type: "MatMul"', (4, 5))
