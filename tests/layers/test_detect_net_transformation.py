"""DetectNetTransformation of NVCaffe (detectnet_transform_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer

IMAGES, LABELS = (10, 3, 400, 1300), (10, 1, 50, 16)


def layer(more: str = "") -> str:
    grid = f"stride: 16 image_size_x: 1248 image_size_y: 384 {more}"
    return f'type: "DetectNetTransformation" detectnet_groundtruth_param {{ {grid} }}'


def test_a_grid_of_8_numbers_and_the_coverage_of_each_class() -> None:
    # 8 numbers and classes 0 to 1; 384 / 16 by 1248 / 16
    two = "object_class { src: 1 dst: 0 } object_class { src: 8 dst: 1 }"
    facts = infer(layer(two), IMAGES, LABELS, tops=2)
    assert facts.tops == ((10, 3, 384, 1248), (10, 10, 24, 78))


def test_faults() -> None:
    why = "expected images with 3 channels, got 1: bottom 0 is 10x1x400x1300"
    check_fault(why, "bottom[0]", layer(), (10, 1, 400, 1300), LABELS, tops=2)
    why = "bottoms differ in batch size: 9 and 10 (axis 0)"
    check_fault(why, "bottom[1]", layer(), (9, 3, 400, 1300), LABELS, tops=2)
    text = 'type: "DetectNetTransformation" detectnet_groundtruth_param { stride: 0 }'
    field = "detectnet_groundtruth_param.stride"
    check_fault("stride must be greater than 0, got 0", field, text, IMAGES, LABELS, tops=2)
