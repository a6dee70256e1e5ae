"""Flatten, Reshape, Tile, Reduction and Crop."""

from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer


def flatten(param: str, bottom: Shape) -> tuple[Shape, ...]:
    return infer(f'type: "Flatten" flatten_param {{ {param} }}', bottom).tops


def reshape(dims: str, bottom: Shape, more: str = "") -> tuple[Shape, ...]:
    shape = " ".join(f"dim: {dim}" for dim in dims.split())
    return infer(f'type: "Reshape" reshape_param {{ shape {{ {shape} }} {more} }}', bottom).tops


def tile(param: str, bottom: Shape) -> tuple[Shape, ...]:
    return infer(f'type: "Tile" tile_param {{ {param} }}', bottom).tops


def reduction(param: str, bottom: Shape) -> tuple[Shape, ...]:
    return infer(f'type: "Reduction" reduction_param {{ {param} }}', bottom).tops


def crop(param: str, *bottoms: Shape) -> tuple[Shape, ...]:
    return infer(f'type: "Crop" crop_param {{ {param} }}', *bottoms).tops


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
def test_flatten(param: str, bottom: Shape, top: Shape) -> None:
    assert flatten(param, bottom) == (top,)


@pytest.mark.parametrize(
    ("param", "bottom", "why"),
    [
        ("", (3,), "axis 1 is outside of a bottom with 1 axes"),
        ("end_axis: 4", (1, 2, 3), "axis 4 is outside of a bottom with 3 axes"),
        ("axis: -1 end_axis: 1", (1, 8, 1, 2), "end_axis 1 lies before axis 3"),
    ],
)
def test_flatten_faults(param: str, bottom: Shape, why: str) -> None:
    with pytest.raises(Fault, match=why):
        flatten(param, bottom)


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
        ("0 -1", (None, 3, 4), "", (None, 12)),  # what is copied need not be known
        ("-1 0", (None, 3, 4), "", (None, 3)),
        ("5 -1", (None, 3), "", (5, None)),
        ("2 5", (None, 3), "", (2, 5)),
    ],
)
def test_reshape(dims: str, bottom: Shape, more: str, top: Shape) -> None:
    assert reshape(dims, bottom, more) == (top,)


@pytest.mark.parametrize(
    ("dims", "bottom", "more", "why"),
    [
        ("-1 -1", (2, 8), "", "more than one -1"),
        ("-2 -8", (2, 8), "", r"shape \[-2, -8\] has a size below -1"),
        ("3 5", (2, 8), "", r"shape \[3, 5\] for a bottom of 2x8: 15 elements for 16"),
        ("0 5", (None, 8), "", r"shape \[0, 5\] for a bottom of \?x8: 5 elements for 8"),
        ("3 -1", (2, 8), "", "no size fits -1 in shape"),
        ("-1 4", (2, 8), "axis: -1 num_axes: 0", "no size fits -1 in shape"),
        ("4", (2, 8), "axis: 1 num_axes: 0", "4 elements for 1"),
        ("2 8 0", (2, 8), "", r"copies \(0\) axis 2 of a bottom with 2 axes"),
        ("1", (2, 8), "axis: 3", "axis 3 is outside of a bottom with 2 axes"),
        ("1", (2, 8), "axis: -4", "axis -4 is outside of a bottom with 2 axes"),
        ("-1", (2, 8), "num_axes: -2", "num_axes -2: it is -1"),
        ("-1", (2, 8), "axis: 1 num_axes: 2", "axis 1 and num_axes 2 reach past the bottom's 2"),
        ("-1", (2, 0), "", "its bottom is 2x0: it has no elements"),
    ],
)
def test_reshape_faults(dims: str, bottom: Shape, more: str, why: str) -> None:
    with pytest.raises(Fault, match=why):
        reshape(dims, bottom, more)


@pytest.mark.parametrize("layer_type", ["Flatten", "Reshape"])
def test_they_do_not_work_in_place(layer_type: str) -> None:
    with pytest.raises(Fault, match="cannot work in place"):
        infer(f'type: "{layer_type}"', (2, 8), in_place=[0])


@pytest.mark.parametrize(
    ("param", "bottom", "top"),
    [
        ("tiles: 3", (3, 7, 7), (3, 21, 7)),
        ("tiles: 2 axis: -1", (2, 5), (2, 10)),
        ("tiles: 2", (2, None), (2, None)),
    ],
)
def test_tile(param: str, bottom: Shape, top: Shape) -> None:
    assert tile(param, bottom) == (top,)


@pytest.mark.parametrize(
    ("param", "why"),
    [
        ("", "tiles is missing; it must be above 0"),
        ("tiles: 0", "tiles is 0; it must be above 0"),
        ("tiles: 2 axis: 2", "axis 2 is outside"),
        ("tiles: 2147483647", "its top would be 2x17179869176: more than 2147483647 elements"),
    ],
)
def test_tile_faults(param: str, why: str) -> None:
    with pytest.raises(Fault, match=why):
        tile(param, (2, 8))


@pytest.mark.parametrize(
    ("param", "bottom", "top"),
    [
        ("", (2, 6, 8, 4), ()),
        ("axis: 1 operation: MEAN", (1, 8, 4), (1,)),
        ("axis: -1 operation: SUMSQ", (4, None, 2), (4, None)),
        ("axis: 1 operation: ASUM", (4, 0), (4,)),
    ],
)
def test_reduction(param: str, bottom: Shape, top: Shape) -> None:
    assert reduction(param, bottom) == (top,)


@pytest.mark.parametrize(
    ("param", "bottom", "why"),
    [
        ("axis: 2", (6, 6), "axis 2 is outside of a bottom with 2 axes"),
        ("axis: 1", (4, 0), "what it sums over in its bottom is 0: it has no elements"),
    ],
)
def test_reduction_faults(param: str, bottom: Shape, why: str) -> None:
    with pytest.raises(Fault, match=why):
        reduction(param, bottom)


@pytest.mark.parametrize(
    ("param", "bottoms", "top"),
    [
        ("offset: 2 offset: 4", [(6, 2, 10, 9), (6, 1, 7, 5)], (6, 2, 7, 5)),
        ("axis: 0", [(7, 10, 8, 3), (6, 10, 5, 2)], (6, 10, 5, 2)),
        ("axis: -1", [(8, 6, 6, 4), (7, 6, 9, 3)], (8, 6, 6, 3)),
        ("offset: 19", [(1, 21, 538, 538), (1, 3, 500, 500)], (1, 21, 500, 500)),  # FCN-32s
        ("axis: 1 offset: 1", [(2, 4), (9, 3, 5)], (2, 3)),
        ("", [(1, 21, None, None), (1, 3, 500, None)], (1, 21, 500, None)),
    ],
)
def test_crop(param: str, bottoms: list[Shape], top: Shape) -> None:
    assert crop(param, *bottoms) == (top,)


@pytest.mark.parametrize(
    ("param", "bottoms", "why"),
    [
        ("offset: 2 offset: 1", [(9, 5, 5, 5), (9, 4, 4, 5)],
         r"a crop of 4 at offset 2 reaches past 5 \(axis 2\): bottom 0 is 9x5x5x5"),
        ("", [(1, 1, 4, 4), (1, 1, 5, 4)], "a crop of 5 at offset 0 reaches past 4"),
        ("axis: 0 offset: 1 offset: 1", [(8, 7, 3, 2)] * 2, "offset is given 2 times for 4 axes"),
        ("axis: -1", [(1, 3, 9, 3), (1, 1, 6)], "bottom 1 lacks axis 3 to crop to"),
        ("", [(8, 7), (8, 7)], "axis 2 is outside"),
        ("", [(1, 3, 4, 4)], "takes exactly 2 bottoms, but has 1"),
    ],
)  # fmt: skip
def test_crop_faults(param: str, bottoms: list[Shape], why: str) -> None:
    with pytest.raises(Fault, match=why):
        crop(param, *bottoms)
