from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def layer(param: str) -> str:
    return f'type: "SPP" spp_param {{ {param} }}'


def test_rows_of_a_real_caffe() -> None:
    check_rows("SPP")


@pytest.mark.parametrize(
    ("param", "bottom", "top"),
    [
        ("pyramid_height: 1", (3, 7, 2, 6), (3, 7, 1, 1)),
        ("pyramid_height: 2", (1, 3, 2, 5), (1, 15)),  # 3 * (1 + 4)
        ("pyramid_height: 2", (2, 1, 5, 7), (2, 5)),
        ("pyramid_height: 3", (1, 256, 13, 13), (1, 256 * 21)),  # 1 + 4 + 16
        ("pyramid_height: 2 pool: STOCHASTIC", (1, 3, 2, 4), (1, 15)),
        ("pyramid_height: 3", (None, 2, None, None), (None, 42)),  # any size, one length
    ],
)
def test_bins(param: str, bottom: Shape, top: Shape) -> None:
    assert infer(layer(param), bottom).tops == (top,)


@pytest.mark.parametrize(
    ("param", "bottom", "why", "field"),
    [
        ("", (1, 2, 3, 4), "pyramid_height is missing", "spp_param.pyramid_height"),
        (
            "pyramid_height: 40",
            (1, 2, None, None),
            "pyramid_height 40 is too large; no image has that many pixels",
            "spp_param.pyramid_height",
        ),
        ("pyramid_height: 2", (6, 8, 5), "expected 4 axes (N, C, H, W), got 3", "bottom[0]"),
        (
            "pyramid_height: 4",
            (6, 8, 7, 8),
            "level 3 divides size 7 into 8 bins, for which Caffe computes pad 1 and kernel 1",
            "spp_param.pyramid_height",
        ),
        (
            "pyramid_height: 3",
            (1, 3, 5, None),
            "level 2 divides size 5 into 4 bins, for which Caffe computes pad 2 and kernel 2",
            "spp_param.pyramid_height",
        ),
        ("pyramid_height: 1", (1, 2, 0, 4), "the image has no pixels", "bottom[0]"),
        (
            "pyramid_height: 2 pool: STOCHASTIC",
            (1, 2, 5, 4),
            "level 1 divides size 5 into 2 bins, which needs pad 1",
            "spp_param.pool",
        ),
    ],
)
def test_faults(param: str, bottom: Shape, why: str, field: str) -> None:
    check_fault(why, field, layer(param), bottom)


def test_only_one_level_works_in_place() -> None:
    assert infer(layer("pyramid_height: 1"), (3, 7, 2, 6), in_place=[0]).tops == ((3, 7, 1, 1),)
    text = layer("pyramid_height: 2")
    check_fault("does not work in place", "top[0]", text, (1, 3, 2, 5), in_place=[0])
