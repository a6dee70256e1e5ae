from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("Reduction")


@pytest.mark.parametrize(
    ("param", "bottom", "top"),
    [
        ("", (2, 6, 8, 4), ()),
        ("axis: 1 operation: MEAN", (1, 8, 4), (1,)),
        ("axis: -1 operation: SUMSQ", (4, None, 2), (4, None)),
        ("axis: 1 operation: ASUM", (4, 0), (4,)),
    ],
)
def test_shapes(param: str, bottom: Shape, top: Shape) -> None:
    assert infer(f'type: "Reduction" reduction_param {{ {param} }}', bottom).tops == (top,)


@pytest.mark.parametrize(
    ("param", "bottom", "why", "field"),
    [
        (
            "axis: 2",
            (6, 6),
            "axis 2 is out of range: bottom 0 has 2 axes (6x6)",
            "reduction_param.axis",
        ),
        (
            "axis: 1",
            (4, 0),
            "the part of bottom 0 that it sums is 0, which has no elements",
            "bottom[0]",
        ),
    ],
)
def test_faults(param: str, bottom: Shape, why: str, field: str) -> None:
    check_fault(why, field, f'type: "Reduction" reduction_param {{ {param} }}', bottom)
