from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("ArgMax")


@pytest.mark.parametrize(
    ("param", "bottom", "top"),
    [
        ("", (8, 10), (8, 1, 1)),
        ("", (7,), (7, 1, 1)),
        ("out_max_val: true top_k: 2", (2, 2, 3, 6), (2, 2, 2, 1)),
        ("out_max_val: true", (2, 5, 6, 8, 4), (2, 2, 1, 1, 1)),
        ("axis: 1", (5, 8, 4, 6), (5, 1, 4, 6)),
        ("axis: -1 out_max_val: true top_k: 3", (2, None), (2, 3)),
        ("top_k: 5", (None, None), (None, 1, 5)),
    ],
)
def test_shapes(param: str, bottom: Shape, top: Shape) -> None:
    assert infer(f'type: "ArgMax" argmax_param {{ {param} }}', bottom).tops == (top,)


@pytest.mark.parametrize(
    ("param", "bottom", "why", "field"),
    [
        ("top_k: 0", (7, 2), "top_k must be greater than 0, got 0", "argmax_param.top_k"),
        ("top_k: 3", (6, 1), "top_k 3 is greater than 1", "argmax_param.top_k"),
        ("top_k: 9 axis: 2", (6, 9, 8), "top_k 9 is greater than 8", "argmax_param.top_k"),
        ("axis: 6", (5, 5, 6), "axis 6 is out of range: bottom 0 has 3 axes", "argmax_param.axis"),
        ("", (), "expected at least 1 axis (the batch), got 0: bottom 0 is scalar", "bottom[0]"),
    ],
)
def test_faults(param: str, bottom: Shape, why: str, field: str) -> None:
    check_fault(why, field, f'type: "ArgMax" argmax_param {{ {param} }}', bottom)
