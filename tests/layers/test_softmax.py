from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("Softmax")


@pytest.mark.parametrize(
    ("param", "bottom"), [("", (64, 10)), ("axis: -1", (5,)), ("", (None, None, 4, 4))]
)
def test_it_keeps_the_shape_in_place_too(param: str, bottom: Shape) -> None:
    text = f'type: "Softmax" softmax_param {{ {param} }}'
    assert infer(text, bottom).tops == infer(text, bottom, in_place=[0]).tops == (bottom,)


@pytest.mark.parametrize(
    ("param", "bottom", "why", "field"),
    [
        ("", (4,), "axis 1 is out of range: bottom 0 has 1 axis (4)", "bottom[0]"),
        ("axis: -3", (4, 2), "axis -3 is out of range", "softmax_param.axis"),
        ("", (4, 0), "bottom 0 along axis is 0, which has no elements", "bottom[0]"),
    ],
)
def test_faults(param: str, bottom: Shape, why: str, field: str) -> None:
    check_fault(why, field, f'type: "Softmax" softmax_param {{ {param} }}', bottom)
