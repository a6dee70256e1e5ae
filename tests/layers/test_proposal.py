"""Proposal of happynear's fork (proposal_layer.cpp)."""

from __future__ import annotations

from protogen.shapes import Shape
from tests.layers.conftest import infer

BOTTOMS: tuple[Shape, ...] = ((2, 18, 14, 14), (2, 36, 14, 14), (2, 3))


def test_rows_of_5_numbers_and_their_scores() -> None:
    text = 'type: "Proposal" proposal_param { post_nms_topn: 100 }'
    assert infer(text, *BOTTOMS, tops=2).tops == ((200, 5), (200,))  # 2 images


def test_those_of_other_forks_are_unknown() -> None:
    text = 'type: "Proposal" proposal_param { nms_output_num: 100 }'  # Xilinx
    assert infer(text, *BOTTOMS).tops == (None,)
