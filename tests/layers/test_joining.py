"""Eltwise, Concat and Slice."""

from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer


def eltwise(param: str, *bottoms: Shape) -> tuple[Shape, ...]:
    return infer(f'type: "Eltwise" eltwise_param {{ {param} }}', *bottoms).tops


def concat(param: str, *bottoms: Shape) -> tuple[Shape, ...]:
    return infer(f'type: "Concat" concat_param {{ {param} }}', *bottoms).tops


def cut(param: str, bottom: Shape, tops: int, **more) -> tuple[Shape, ...]:
    return infer(f'type: "Slice" slice_param {{ {param} }}', bottom, tops=tops, **more).tops


@pytest.mark.parametrize("param", ["", "operation: MAX", "operation: PROD", "coeff: 1 coeff: -1"])
def test_eltwise_keeps_the_shape(param: str) -> None:
    assert eltwise(param, (2, 3, 4), (2, 3, 4)) == ((2, 3, 4),)


@pytest.mark.parametrize(
    ("param", "bottoms", "why"),
    [
        ("", [(1, 64, 76, 76), (1, 64, 75, 75)],
         r"differ in height: 76 and 75 \(axis 2\):"
         " bottom 0 is 1x64x76x76, bottom 1 is 1x64x75x75"),
        ("", [(4, 6), (4, 6), (4, 8)], r"differ: 6 and 8 \(axis 1\): bottom 0 is 4x6, bottom 2"),
        ("", [(1, 7, 7, 8), (1, 7, 7)], "differ in their number of axes: 4 and 3"),
        ("", [(4, 6)], "takes at least 2 bottoms, but has 1"),
        ("coeff: 1", [(4,), (4,)], "coeff is given once for 2 bottoms"),
        ("operation: PROD coeff: 1 coeff: 1", [(4,), (4,)], "coeff does not go with .* PROD"),
    ],
)  # fmt: skip
def test_eltwise_faults(param: str, bottoms: list[Shape], why: str) -> None:
    with pytest.raises(Fault, match=why):
        eltwise(param, *bottoms)


@pytest.mark.parametrize(
    ("param", "bottoms", "top"),
    [
        ("", [(3, 4), (3, 1)], (3, 5)),
        ("axis: 2", [(8, 6, 2, 7), (8, 6, 4, 7)], (8, 6, 6, 7)),
        ("axis: -1", [(5,), (5,)], (10,)),
        ("concat_dim: 0", [(5, 6), (4, 6), (1, 6)], (10, 6)),
        ("", [(3, 4)], (3, 4)),
        ("", [(2, 0), (2, 0)], (2, 0)),
        ("", [(None, 4, 7), (2, None, 7)], (None, None, 7)),
    ],
)
def test_concat(param: str, bottoms: list[Shape], top: Shape) -> None:
    assert concat(param, *bottoms) == (top,)


@pytest.mark.parametrize(
    ("param", "bottoms", "why"),
    [
        ("", [(2, 3, 7, 3), (4, 3, 7, 3)], r"differ in num: 2 and 4 \(axis 0\)"),
        ("axis: 0", [(5, 8, 3), (1, 8)], "differ in their number of axes: 3 and 2"),
        ("axis: 2", [(5, 8), (5, 8)], "axis 2 is outside of a bottom with 2 axes"),
        ("concat_dim: 2", [(5, 8), (5, 8)], "axis 2 is outside"),
        ("concat_dim: 4294967295", [(5, 8)], "concat_dim 4294967295 is out of range"),
        ("axis: 1 concat_dim: 1", [(5, 8)], "both axis and concat_dim"),
        ("", [(2, 0)], "its only bottom is 2x0: it has no elements"),
    ],
)
def test_concat_faults(param: str, bottoms: list[Shape], why: str) -> None:
    with pytest.raises(Fault, match=why):
        concat(param, *bottoms)


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
def test_slice(param: str, bottom: Shape, tops: list[Shape]) -> None:
    assert cut(param, bottom, len(tops)) == tuple(tops)


@pytest.mark.parametrize(
    ("param", "bottom", "tops", "why"),
    [
        ("axis: 0", (5,), 2, "2 tops do not divide 5 evenly"),
        ("slice_point: 3", (2, 8), 3, "slice_point is given once for 3 tops"),
        ("slice_point: 3 slice_point: 3", (2, 8), 3, r"slice_point \[3, 3\] must rise"),
        ("slice_point: 0", (2, 8), 2, "must rise from above 0"),
        ("slice_point: 11", (8, 7), 2, r"\[11\] reaches past a size of 7"),
        ("slice_point: 1", (2, 1), 2, r"\[1\] reaches past a size of 1"),
        ("axis: 1 slice_dim: 1", (2, 8), 2, "both axis and slice_dim"),
        ("", (2, 0), 1, "its bottom is 2x0: it has no elements"),
    ],
)
def test_slice_faults(param: str, bottom: Shape, tops: int, why: str) -> None:
    with pytest.raises(Fault, match=why):
        cut(param, bottom, tops)


def test_slice_in_place_would_cut_its_own_bottom_down() -> None:
    assert cut("", (4, 8), 1, in_place=[0]) == ((4, 8),)
    with pytest.raises(Fault, match="cannot work in place"):
        cut("", (4, 8), 2, in_place=[0])
