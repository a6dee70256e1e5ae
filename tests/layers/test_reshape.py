from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def layer(dims: str, more: str = "") -> str:
    shape = " ".join(f"dim: {dim}" for dim in dims.split())
    return f'type: "Reshape" reshape_param {{ shape {{ {shape} }} {more} }}'


def test_rows_of_a_real_caffe() -> None:
    check_rows("Reshape")


@pytest.mark.parametrize(
    ("dims", "bottom", "more", "top"),
    [
        ("0 -1", (7, 4, 4, 4, 8), "", (7, 512)),
        ("2 -1 7", (6, 7), "", (2, 3, 7)),
        ("6 7", (2, 3, 7), "", (6, 7)),
        ("", (1, 1), "", ()),
        ("2 4", (2, 8), "axis: 1", (2, 2, 4)),
        ("-1", (2, 8), "axis: -1 num_axes: 0", (2, 8, 1)),
        ("-1 1", (2, 8), "axis: 0 num_axes: 0", (1, 1, 2, 8)),
        ("0 -1", (None, 3, 4), "", (None, 12)),  # a copied size need not be known
        ("-1 0", (None, 3, 4), "", (None, 3)),
        ("5 -1", (None, 3), "", (5, None)),
        ("2 5", (None, 3), "", (2, 5)),
    ],
)
def test_shapes(dims: str, bottom: Shape, more: str, top: Shape) -> None:
    assert infer(layer(dims, more), bottom).tops == (top,)


@pytest.mark.parametrize(
    ("dims", "bottom", "more", "why", "field"),
    [
        ("-1 -1", (2, 8), "", "shape has more than one -1", "shape.dim[1]"),
        ("2 -8", (2, 8), "", "a size in shape must be -1 or greater, got -8", "shape.dim[1]"),
        ("3 5", (2, 8), "", "shape [3, 5] has 15 elements, but replaces 16", "shape"),
        (
            "0 5",
            (None, 8),
            "",
            "shape [0, 5] without its copied sizes has 5 elements, but replaces 8: bottom 0 is ?x8",
            "shape",
        ),
        ("3 -1", (2, 8), "", "no size fits -1 in shape [3, -1]: 3 does not divide", "shape.dim[1]"),
        ("-1 4", (2, 8), "axis: -1 num_axes: 0", "4 does not divide 1 element:", "shape.dim[0]"),
        ("4", (2, 8), "axis: 1 num_axes: 0", "has 4 elements, but replaces 1", "shape"),
        ("2 8 0", (2, 8), "", "0 in shape copies axis 2, but bottom 0 has 2 axes", "shape.dim[2]"),
        ("1", (2, 8), "axis: 3", "axis 3 is out of range: bottom 0 has 2 axes (2x8)", "axis"),
        ("1", (2, 8), "axis: -4", "axis -4 is out of range", "axis"),
        ("-1", (2, 8), "num_axes: -2", "num_axes must be -1 (to the last axis)", "num_axes"),
        ("-1", (2, 8), "axis: 1 num_axes: 2", "axis 1 and num_axes 2 reach past", "num_axes"),
    ],
)
def test_faults(dims: str, bottom: Shape, more: str, why: str, field: str) -> None:
    check_fault(why, f"reshape_param.{field}", layer(dims, more), bottom)


def test_an_empty_bottom() -> None:
    check_fault("bottom 0 is 2x0, which has no elements", "bottom[0]", layer("-1"), (2, 0))


def test_it_does_not_work_in_place() -> None:
    check_fault("does not work in place", "top[0]", 'type: "Reshape"', (2, 8), in_place=[0])
