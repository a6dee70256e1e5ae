from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer


def spp(param: str, bottom: Shape, **more) -> tuple[Shape, ...]:
    return infer(f'type: "SPP" spp_param {{ {param} }}', bottom, **more).tops


@pytest.mark.parametrize(
    ("param", "bottom", "top"),
    [
        ("pyramid_height: 1", (3, 7, 2, 6), (3, 7, 1, 1)),
        ("pyramid_height: 2", (1, 3, 2, 5), (1, 15)),
        ("pyramid_height: 2", (2, 1, 5, 7), (2, 5)),
        ("pyramid_height: 3", (1, 256, 13, 13), (1, 256 * 21)),
        ("pyramid_height: 2 pool: STOCHASTIC", (1, 3, 2, 4), (1, 15)),
        ("pyramid_height: 3", (None, 2, None, None), (None, 42)),  # of any size, one length
    ],
)
def test_bins(param: str, bottom: Shape, top: Shape) -> None:
    assert spp(param, bottom) == (top,)


@pytest.mark.parametrize(
    ("param", "bottom", "why"),
    [
        ("", (1, 2, 3, 4), "pyramid_height is missing"),
        ("pyramid_height: 40", (1, 2, None, None), "40 is more than any image has pixels for"),
        ("pyramid_height: 2", (6, 8, 5), "takes a bottom of 4 axes"),
        ("pyramid_height: 4", (6, 8, 7, 8), "level 3 cuts a side of 7 into 8 bins, .* pad 1 and"),
        ("pyramid_height: 3", (1, 3, 5, None), "level 2 cuts a side of 5 into 4 bins, .* pad 2"),
        ("pyramid_height: 1", (1, 2, 0, 4), "an image without pixels"),
        ("pyramid_height: 2 pool: STOCHASTIC", (1, 2, 5, 4), "needs pad 1; pool STOCHASTIC takes"),
    ],
)
def test_faults(param: str, bottom: Shape, why: str) -> None:
    with pytest.raises(Fault, match=why):
        spp(param, bottom)


def test_one_level_works_in_place() -> None:
    assert spp("pyramid_height: 1", (3, 7, 2, 6), in_place=[0]) == ((3, 7, 1, 1),)
    with pytest.raises(Fault, match="cannot work in place"):
        spp("pyramid_height: 2", (1, 3, 2, 5), in_place=[0])
