from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, infer


def layer(param: str, transform: str = "") -> str:
    return f'type: "ImageData" image_data_param {{ {param} }} transform_param {{ {transform} }}'


@pytest.mark.parametrize(
    ("param", "images"),
    [
        ("batch_size: 4", (4, 3, None, None)),
        ("batch_size: 4 new_height: 32 new_width: 48 is_color: false", (4, 1, 32, 48)),
        ("", (1, 3, None, None)),  # the default of batch_size is 1
    ],
)
def test_what_the_parameters_decide(param: str, images: Shape) -> None:
    assert infer(layer(param), tops=2).tops == (images, images and (images[0],))


@pytest.mark.parametrize(
    ("param", "transform", "why", "field"),
    [
        (
            "new_height: 32",
            "",
            "new_height 32 and new_width 0: give both, or neither",
            "image_data_param.new_height",
        ),
        (
            "new_height: 32 new_width: 32",
            "crop_size: 33",
            "cannot crop 33x33 out of images of 32x32",
            "transform_param.crop_size",
        ),
        (
            "",
            "mean_value: 1 mean_value: 2",
            "mean_value is given 2 times for 3 channels",
            "transform_param.mean_value",
        ),
        ("", "", "expected 2 tops, got 1", "top"),
    ],
)
def test_faults(param: str, transform: str, why: str, field: str) -> None:
    check_fault(why, field, layer(param, transform), tops=1 if field == "top" else 2)
