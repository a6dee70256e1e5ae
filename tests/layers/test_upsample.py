"""Upsample of SegNet (two bottoms) and of the YOLO forks (one)."""

from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer

POOLED: Shape = (2, 3, 23, 30)


@pytest.mark.parametrize(
    ("param", "top"),
    [
        ("", (2, 3, 46, 60)),  # the scale is 2 by default
        ("scale: 2 pad_out_h: true", (2, 3, 45, 60)),
        ("scale_h: 3 scale_w: 2", (2, 3, 69, 60)),
        ("scale: 2 upsample_h: 45 upsample_w: 60", (2, 3, 45, 60)),
        ("scale: 2 upsample_h: 45", (2, 3, 46, 60)),  # one alone says nothing
    ],
)
def test_unpooling_with_a_mask(param: str, top: Shape) -> None:
    assert infer(f'type: "Upsample" upsample_param {{ {param} }}', POOLED, POOLED).tops == (top,)


@pytest.mark.parametrize(
    ("param", "bottom", "top"),
    [
        ("scale: 2", (1, 256, 13, 13), (1, 256, 26, 26)),
        ("scale: 4", (1, 256, None, 13), (1, 256, None, 52)),
        ("", (1, 256, 13, 13), (1, 256, 13, 13)),  # the scale is 1 by default
        ("scale: 2", (13, 14), (26, 28)),
    ],
)
def test_repeating_pixels(param: str, bottom: Shape, top: Shape) -> None:
    assert infer(f'type: "Upsample" upsample_param {{ {param} }}', bottom).tops == (top,)


@pytest.mark.parametrize(
    ("param", "bottoms", "why"),
    [
        ("scale: 1", (POOLED, POOLED), "scale 1 is not above 1"),
        ("scale: 3 pad_out_w: true", (POOLED, POOLED), "pad_out_w goes with a scale of 2, not 3"),
        ("scale_h: 2", (POOLED, POOLED), "or else scale_h and scale_w"),
        ("upsample_h: 1 upsample_w: 9", (POOLED, POOLED), "are to be above 1"),
        ("", (POOLED, (2, 3, 23, 31)), "bottom 0 is 2x3x23x30, bottom 1 is 2x3x23x31"),
        ("", (POOLED, (2, 3)), "takes bottoms of 4 axes: bottom 1 is 2x3"),
        ("scale: 0", (POOLED,), "scale 0 is below 1"),
        ("scale: 2", ((4,),), "a height and a width: bottom 0 is 4"),
    ],
)
def test_faults(param: str, bottoms: tuple[Shape, ...], why: str) -> None:
    with pytest.raises(Fault, match=why):
        infer(f'type: "Upsample" upsample_param {{ {param} }}', *bottoms)
