from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("Eltwise")


@pytest.mark.parametrize("param", ["", "operation: MAX", "operation: PROD", "coeff: 1 coeff: -1"])
def test_it_keeps_the_shape(param: str) -> None:
    text = f'type: "Eltwise" eltwise_param {{ {param} }}'
    assert infer(text, (2, 3, 4), (2, 3, 4)).tops == ((2, 3, 4),)


@pytest.mark.parametrize(
    ("param", "bottoms", "why", "field"),
    [
        (
            "",
            [(1, 64, 76, 76), (1, 64, 75, 75)],
            "bottoms differ in height: 76 and 75 (axis 2):"
            " bottom 0 is 1x64x76x76, bottom 1 is 1x64x75x75",
            "bottom[1]",
        ),
        (
            "",
            [(4, 6), (4, 6), (4, 8)],
            "bottoms differ: 6 and 8 (axis 1): bottom 0 is 4x6, bottom 2 is 4x8",
            "bottom[2]",
        ),
        (
            "",
            [(1, 7, 7, 8), (1, 7, 7)],
            "bottoms differ in number of axes: 4 and 3",
            "bottom[1]",
        ),
        ("", [(4, 6)], "expected at least 2 bottoms, got 1", "bottom"),
        ("coeff: 1", [(4,), (4,)], "coeff is given once for 2 bottoms", "eltwise_param.coeff"),
        (
            "operation: PROD coeff: 1 coeff: 1",
            [(4,), (4,)],
            "operation PROD does not support coeff",
            "eltwise_param.coeff",
        ),
    ],
)
def test_faults(param: str, bottoms: list[Shape], why: str, field: str) -> None:
    check_fault(why, field, f'type: "Eltwise" eltwise_param {{ {param} }}', *bottoms)
