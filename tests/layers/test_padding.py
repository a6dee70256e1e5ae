"""Padding, as the Caffe of Sophgo's tpu-mlir answers (`real_caffe.py --engine sophgo`)."""

from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, infer

TEXT = 'type: "Padding" padding_param { pad_l: 1 pad_r: 2 pad_t: 3 pad_b: 4 }'


@pytest.mark.parametrize(
    ("bottom", "top"),
    [
        ((1, 4, 5, 6), (1, 4, 12, 9)),
        ((4, 5), (11, 8)),
        ((2, 1, 4, 5, 6), (2, 1, 4, 12, 9)),
        ((None, 4, None, 6), (None, 4, None, 9)),
    ],
)
def test_rows_and_columns_are_added(bottom: Shape, top: Shape) -> None:
    assert infer(TEXT, bottom).tops == (top,)


def test_faults() -> None:
    check_fault("expected at least 2 axes (height, width), got 1", "bottom[0]", TEXT, (2,))
