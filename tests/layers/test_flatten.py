from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("Flatten")


@pytest.mark.parametrize(
    ("param", "bottom", "top"),
    [
        ("", (2, 5, 7, 5), (2, 175)),
        ("end_axis: -2", (2, 2, 1, 3), (2, 2, 3)),
        ("axis: 0", (2, 3), (6,)),
        ("end_axis: 0", (2, 2, 4), (2, 1, 2, 4)),  # nothing is flattened: a new axis
        ("", (None, 2, 3), (None, 6)),
        ("", (2, None, 3), (2, None)),
    ],
)
def test_shapes(param: str, bottom: Shape, top: Shape) -> None:
    assert infer(f'type: "Flatten" flatten_param {{ {param} }}', bottom).tops == (top,)


@pytest.mark.parametrize(
    ("param", "bottom", "why", "field"),
    [
        ("", (3,), "axis 1 is out of range: bottom 0 has 1 axis (3)", "bottom[0]"),
        (
            "end_axis: 4",
            (1, 2, 3),
            "end_axis 4 is out of range: bottom 0 has 3 axes",
            "flatten_param.end_axis",
        ),
        (
            "axis: -1 end_axis: 1",
            (1, 8, 1, 2),
            "end_axis 1 is before axis 3",
            "flatten_param.end_axis",
        ),
    ],
)
def test_faults(param: str, bottom: Shape, why: str, field: str) -> None:
    check_fault(why, field, f'type: "Flatten" flatten_param {{ {param} }}', bottom)


def test_it_does_not_work_in_place() -> None:
    check_fault("does not work in place", "top[0]", 'type: "Flatten"', (2, 8), in_place=[0])
