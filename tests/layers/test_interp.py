"""Interp of PSPNet's fork (interp_layer.cpp); the arithmetic is next to the sizes."""

from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, infer


def layer(param: str) -> str:
    return f'type: "Interp" interp_param {{ {param} }}'


@pytest.mark.parametrize(
    ("param", "top"),
    [
        ("height: 60 width: 90", (2, 3, 60, 90)),
        ("zoom_factor: 8", (2, 3, 73, 161)),  # 10 + 9 * 7, 21 + 20 * 7
        ("shrink_factor: 2", (2, 3, 5, 11)),  # 9 / 2 + 1, 20 / 2 + 1
        ("shrink_factor: 2 zoom_factor: 3", (2, 3, 13, 31)),  # 5 + 4 * 2, 11 + 10 * 2
        ("zoom_factor: 2 height: 60 width: 90", (2, 3, 19, 41)),  # one factor alone comes first
        ("shrink_factor: 2 zoom_factor: 3 height: 6 width: 9", (2, 3, 6, 9)),
        ("zoom_factor: 2 pad_beg: -1 pad_end: -2", (2, 3, 13, 35)),  # of 7 and 18
    ],
)
def test_sizes(param: str, top: Shape) -> None:
    assert infer(layer(param), (2, 3, 10, 21)).tops == (top,)


def test_the_size_of_a_second_bottom() -> None:
    text = layer("use_blob_size: true height: 9 width: 9")
    assert infer(text, (2, 3, 10, 21), (1, 8, 40, 50)).tops == ((2, 3, 40, 50),)


def test_unknown_sizes() -> None:
    assert infer(layer("shrink_factor: 2"), (None, 3, None, 21)).tops == ((None, 3, None, 11),)


@pytest.mark.parametrize(
    ("param", "bottoms", "why", "field"),
    [
        ("", 1, "the size is missing: give height and width", "interp_param.height"),
        ("height: 9", 1, "the size is missing: give height and width", "interp_param.width"),
        ("zoom_factor: 0", 1, "zoom_factor must be 1 or greater", "interp_param.zoom_factor"),
        (
            "zoom_factor: 2 pad_end: 1",
            1,
            "pad_end must be 0 or less, because it can only crop; got 1",
            "interp_param.pad_end",
        ),
        (
            "zoom_factor: 2 pad_beg: -10",
            1,
            "height 10 cropped by pad_beg -10 and pad_end 0 becomes 0",
            "interp_param.pad_beg",
        ),
        ("height: 0 width: 5", 1, "height must be greater than 0, got 0", "interp_param.height"),
        ("height: 4 width: 5", 2, "expected 1 bottom, got 2", "bottom[1]"),
        ("use_blob_size: true", 1, "expected 2 bottoms, got 1", "bottom"),
    ],
)
def test_faults(param: str, bottoms: int, why: str, field: str) -> None:
    check_fault(why, field, layer(param), *[(2, 3, 10, 21)] * bottoms)
