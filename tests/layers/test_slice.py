from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def layer(param: str) -> str:
    return f'type: "Slice" slice_param {{ {param} }}'


def test_rows_of_a_real_caffe() -> None:
    check_rows("Slice")


@pytest.mark.parametrize(
    ("param", "bottom", "tops"),
    [
        ("", (4, 8), [(4, 4), (4, 4)]),
        ("axis: -4", (6, 5, 1, 2), [(2, 5, 1, 2)] * 3),
        ("slice_dim: 0", (9, 9, 4), [(3, 9, 4)] * 3),
        ("axis: 2 slice_point: 1 slice_point: 8", (9, 4, 11), [(9, 4, 1), (9, 4, 7), (9, 4, 3)]),
        ("slice_point: 5", (2, 5), [(2, 5), (2, 0)]),
        ("slice_point: 3", (2, None), [(2, 3), (2, None)]),
        ("", (2, None), [(2, None), (2, None)]),
        ("axis: 1", (8, 5), [(8, 5)]),
    ],
)
def test_shapes(param: str, bottom: Shape, tops: list[Shape]) -> None:
    assert infer(layer(param), bottom, tops=len(tops)).tops == tuple(tops)


@pytest.mark.parametrize(
    ("param", "bottom", "tops", "why", "field"),
    [
        ("axis: 0", (5,), 2, "2 tops do not divide size 5 evenly", "slice_param.axis"),
        ("", (2, 5), 2, "2 tops do not divide size 5 evenly", "bottom[0]"),
        (
            "slice_point: 3",
            (2, 8),
            3,
            "slice_point is given once for 3 tops",
            "slice_param.slice_point",
        ),
        (
            "slice_point: 3 slice_point: 3",
            (2, 8),
            3,
            "slice_point [3, 3] must be greater than 0 and increasing",
            "slice_param.slice_point[1]",
        ),
        (
            "slice_point: 0",
            (2, 8),
            2,
            "slice_point [0] must be greater than 0 and increasing",
            "slice_param.slice_point[0]",
        ),
        ("slice_point: 11", (8, 7), 2, "[11] reaches past size 7", "slice_param.slice_point"),
        ("slice_point: 1", (2, 1), 2, "[1] reaches past size 1", "slice_param.slice_point"),
        ("axis: 1 slice_dim: 1", (2, 8), 2, "both axis and slice_dim", "slice_param.slice_dim"),
        ("", (2, 0), 1, "bottom 0 is 2x0, which has no elements", "bottom[0]"),
    ],
)
def test_faults(param: str, bottom: Shape, tops: int, why: str, field: str) -> None:
    check_fault(why, field, layer(param), bottom, tops=tops)


def test_in_place_it_would_shrink_its_own_bottom() -> None:
    assert infer(layer(""), (4, 8), in_place=[0]).tops == ((4, 8),)
    check_fault("does not work in place", "top[0]", layer(""), (4, 8), tops=2, in_place=[0])
