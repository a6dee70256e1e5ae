"""ROIPooling of Fast R-CNN (roi_pooling_layer.cpp)."""

from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, infer

IMAGE, REGIONS = (1, 512, 38, 50), (300, 5)


def layer(param: str) -> str:
    return f'type: "ROIPooling" roi_pooling_param {{ {param} }}'


@pytest.mark.parametrize(
    ("param", "regions", "top"),
    [
        ("pooled_h: 6 pooled_w: 7", REGIONS, (300, 512, 6, 7)),
        ("pooled_size: 7", REGIONS, (300, 512, 7, 7)),  # Intel's
        ("pooled_size: 6 pooled_size: 7", REGIONS, (300, 512, 6, 7)),
        ("pooled_h: 6 pooled_w: 7", None, (None, 512, 6, 7)),
    ],
)
def test_windows_of_each_region(param: str, regions: Shape, top: Shape) -> None:
    assert infer(layer(param), IMAGE, regions).tops == (top,)


def test_both_sizes_are_required() -> None:
    why = "pooled_w must be greater than 0, got 0"
    check_fault(why, "roi_pooling_param.pooled_w", layer("pooled_h: 6"), IMAGE, REGIONS)
