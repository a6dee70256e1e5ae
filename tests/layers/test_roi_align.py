"""ROIAlign of Cambricon's fork (roi_align_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def layer(param: str) -> str:
    return f'type: "ROIAlign" roi_align_param {{ {param} }}'


def test_windows_of_each_region() -> None:
    text = layer("pooled_h: 7 pooled_w: 7")
    assert infer(text, (2, 64, 9, 9), (10, 5)).tops == ((20, 64, 7, 7),)  # 10 in each of 2 images
    assert infer(text, (1, 64, 9, 9), (1, 8, 1, 5)).tops == ((8, 64, 7, 7),)


def test_faults() -> None:
    text = layer("pooled_h: 7 pooled_w: 0")
    why = "pooled_w must be greater than 0, got 0"
    check_fault(why, "roi_align_param.pooled_w", text, (1, 18, 9, 9), (9, 5))
    text = layer("pooled_h: 7 pooled_w: 7")
    why = "expected regions of Mx5 or 1xMx1x5: bottom 1 is 9x4"
    check_fault(why, "bottom[1]", text, (1, 18, 9, 9), (9, 4))


def test_the_corners_of_the_windows_in_cascade_rcnn() -> None:
    text = 'type: "ROIAlign" roi_pooling_param { pooled_h: 7 pooled_w: 5 }'
    assert infer(text, (1, 64, 9, 9), (10, 5)).tops == ((10, 64, 8, 6),)
    text = 'type: "ROIAlign" roi_pooling_param { pooled_h: 7 }'
    why = "pooled_w is missing"
    check_fault(why, "roi_pooling_param.pooled_w", text, (1, 64, 9, 9), (10, 5))
