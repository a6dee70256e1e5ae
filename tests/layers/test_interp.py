"""Interp of PSPNet's fork."""

from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer


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
    assert infer(f'type: "Interp" interp_param {{ {param} }}', (2, 3, 10, 21)).tops == (top,)


def test_the_size_of_a_second_bottom() -> None:
    text = 'type: "Interp" interp_param { use_blob_size: true height: 9 width: 9 }'
    assert infer(text, (2, 3, 10, 21), (1, 8, 40, 50)).tops == ((2, 3, 40, 50),)


def test_unknown_sizes() -> None:
    text = 'type: "Interp" interp_param { shrink_factor: 2 }'
    assert infer(text, (None, 3, None, 21)).tops == ((None, 3, None, 11),)


@pytest.mark.parametrize(
    ("param", "bottoms", "why"),
    [
        ("", 1, "no size: give height and width"),
        ("height: 9", 1, "no size: give height and width"),
        ("zoom_factor: 0", 1, "zoom_factor 0 is below 1"),
        ("zoom_factor: 2 pad_end: 1", 1, "pad_end 1 is above 0"),
        ("zoom_factor: 2 pad_beg: -10", 1, "makes a height or width of 0"),
        ("height: 0 width: 5", 1, "makes a height or width of 0"),
        ("height: 4 width: 5", 2, "takes exactly 1 bottom, but has 2"),
        ("use_blob_size: true", 1, "takes exactly 2 bottoms, but has 1"),
    ],
)
def test_faults(param: str, bottoms: int, why: str) -> None:
    with pytest.raises(Fault, match=why):
        infer(f'type: "Interp" interp_param {{ {param} }}', *[(2, 3, 10, 21)] * bottoms)
