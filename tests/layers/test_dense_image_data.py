"""DenseImageData of SegNet (dense_image_data_layer.cpp)."""

from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, infer


def layer(param: str) -> str:
    return f'type: "DenseImageData" dense_image_data_param {{ batch_size: 4 {param} }}'


@pytest.mark.parametrize(
    ("text", "tops"),
    [
        (layer(""), ((4, 3, None, None), (4, 1, None, None))),
        (layer("new_height: 36 new_width: 48"), ((4, 3, 36, 48), (4, 1, 36, 48))),
        # ENet's label_divide_factor divides the size of the labels, but not of a crop.
        (
            layer("new_height: 36 new_width: 50 label_divide_factor: 4"),
            ((4, 3, 36, 50), (4, 1, 9, 12)),
        ),
        (
            layer("crop_height: 20 crop_width: 30 label_divide_factor: 4"),
            ((4, 3, 20, 30), (4, 1, 20, 30)),
        ),
        (layer("label_divide_factor: 4"), ((4, 3, None, None), (4, 1, None, None))),
        (layer("is_color: false"), ((4, 1, None, None), (4, 1, None, None))),
        (layer("crop_height: 20 crop_width: 30"), ((4, 3, 20, 30), (4, 1, 20, 30))),
        (
            layer("crop_height: 20 crop_width: 30") + " transform_param { crop_size: 9 }",
            ((4, 3, 9, 9), (4, 1, 9, 9)),
        ),
    ],
)
def test_images_and_label_maps(text: str, tops: tuple[Shape, ...]) -> None:
    assert infer(text, tops=2).tops == tops


def test_faults() -> None:
    home = "dense_image_data_param"
    why = "crop_height 20 and crop_width 0: give both, or neither"
    check_fault(why, f"{home}.crop_height", layer("crop_height: 20"), tops=2)
    text = 'type: "DenseImageData"'
    check_fault("batch_size is missing", f"{home}.batch_size", text, tops=2)
