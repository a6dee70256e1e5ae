from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("MVN")


@pytest.mark.parametrize(
    ("bottom", "top"),
    [
        ((2, 3, 4, 5), (2, 3, 4, 5)),
        ((5,), (5, 1, 1, 1)),
        ((2, 3), (2, 3, 1, 1)),
        ((2, None, 2), (2, None, 2, 1)),
    ],
)
def test_the_top_has_4_axes(bottom: Shape, top: Shape) -> None:
    assert infer('type: "MVN"', bottom).tops == (top,)
    assert infer('type: "MVN"', bottom, in_place=[0]).tops == (top,)


@pytest.mark.parametrize(
    ("param", "bottom", "why"),
    [
        ("", (1, 2, 3, 4, 5), "expected at most 4 axes, got 5: bottom 0 is 1x2x3x4x5"),
        ("", (2, 3, 0, 4), "the part of bottom 0 that it averages is 0x4"),
        ("across_channels: true", (2, 0), "the part of bottom 0 that it averages is 0x1x1"),
    ],
)
def test_faults(param: str, bottom: Shape, why: str) -> None:
    check_fault(why, "bottom[0]", f'type: "MVN" mvn_param {{ {param} }}', bottom)
