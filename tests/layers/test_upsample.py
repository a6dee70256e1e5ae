"""Upsample of SegNet (two bottoms) and of the YOLO forks (one): upsample_layer.cpp of each."""

from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, infer

POOLED: Shape = (2, 3, 23, 30)


def layer(param: str) -> str:
    return f'type: "Upsample" upsample_param {{ {param} }}'


@pytest.mark.parametrize(
    ("param", "top"),
    [
        ("", (2, 3, 46, 60)),  # the default scale is 2
        ("scale: 2 pad_out_h: true", (2, 3, 45, 60)),
        ("scale_h: 3 scale_w: 2", (2, 3, 69, 60)),
        ("scale: 2 upsample_h: 45 upsample_w: 60", (2, 3, 45, 60)),
        ("scale: 2 upsample_h: 45", (2, 3, 46, 60)),  # one alone has no effect
    ],
)
def test_unpooling_with_a_mask(param: str, top: Shape) -> None:
    assert infer(layer(param), POOLED, POOLED).tops == (top,)


@pytest.mark.parametrize(
    ("param", "bottom", "top"),
    [
        ("scale: 2", (1, 256, 13, 13), (1, 256, 26, 26)),
        ("scale: 4", (1, 256, None, 13), (1, 256, None, 52)),
        ("", (1, 256, 13, 13), (1, 256, 13, 13)),  # the default scale is 1
        ("scale: 2", (13, 14), (26, 28)),
    ],
)
def test_repeating_pixels(param: str, bottom: Shape, top: Shape) -> None:
    assert infer(layer(param), bottom).tops == (top,)


@pytest.mark.parametrize(
    ("param", "bottoms", "why", "field"),
    [
        (
            "scale: 1",
            (POOLED, POOLED),
            "scale must be greater than 1, got 1",
            "upsample_param.scale",
        ),
        (
            "scale: 3 pad_out_w: true",
            (POOLED, POOLED),
            "pad_out_w requires a scale of 2, got 3",
            "upsample_param.pad_out_w",
        ),
        (
            "scale_h: 2",
            (POOLED, POOLED),
            "give either scale, or both scale_h and scale_w",
            "upsample_param.scale_h",
        ),
        (
            "scale_h: 2 scale_w: 1",
            (POOLED, POOLED),
            "scale_w must be greater than 1, got 1",
            "upsample_param.scale_w",
        ),
        (
            "upsample_h: 1 upsample_w: 9",
            (POOLED, POOLED),
            "upsample_h must be greater than 1, got 1",
            "upsample_param.upsample_h",
        ),
        (
            "",
            (POOLED, (2, 3, 23, 31)),
            "the mask differs in shape from bottom 0: bottom 0 is 2x3x23x30, bottom 1 is",
            "bottom[1]",
        ),
        ("", (POOLED, (2, 3)), "expected 4 axes (N, C, H, W), got 2: bottom 1", "bottom[1]"),
        ("scale: 0", (POOLED,), "scale must be 1 or greater, got 0", "upsample_param.scale"),
        ("scale: 2", ((4,),), "expected at least 2 axes (height, width), got 1", "bottom[0]"),
    ],
)
def test_faults(param: str, bottoms: tuple[Shape, ...], why: str, field: str) -> None:
    check_fault(why, field, layer(param), *bottoms)
