"""ImageSegData of PSPNet (image_seg_data_layer.cpp)."""

from __future__ import annotations

import pytest

from tests.layers.conftest import check_fault, infer


def layer(transform: str) -> str:
    param = "image_data_param { batch_size: 4 }"
    return f'type: "ImageSegData" {param} transform_param {{ {transform} }}'


@pytest.mark.parametrize(
    ("transform", "sizes"),
    [
        ("crop_size: 473", (473, 473)),
        ("crop_height: 713 crop_width: 473", (713, 473)),
        ("", (None, None)),
    ],
)
def test_images_maps_and_sizes(transform: str, sizes: tuple[int | None, int | None]) -> None:
    facts = infer(layer(transform), tops=3)
    assert facts.tops == ((4, 3, *sizes), (4, 1, *sizes), (4, 1, 1, 2))


def test_the_tops_that_are_not_written_exist_too() -> None:
    assert len(infer(layer(""), tops=2).tops) == 3


@pytest.mark.parametrize(
    ("transform", "why", "field"),
    [
        ('mean_file: "m"', "does not support mean_file", "mean_file"),
        (
            "crop_size: 2 crop_height: 2 crop_width: 2",
            "give either crop_size, or both crop_height and crop_width",
            "crop_height",
        ),
        ("crop_width: 2", "give either crop_size, or both", "crop_width"),
    ],
)
def test_faults(transform: str, why: str, field: str) -> None:
    check_fault(why, f"transform_param.{field}", layer(transform), tops=3)
