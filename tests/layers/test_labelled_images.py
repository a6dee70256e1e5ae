"""The data layers of forks that read an image and a map of labels together."""

from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer

DENSE = 'type: "DenseImageData" dense_image_data_param { batch_size: 4 %s }'
SEG = 'type: "ImageSegData" image_data_param { batch_size: 4 %s }'
HED = 'type: "ImageLabelmapData" image_data_param { batch_size: 4 %s }'


@pytest.mark.parametrize(
    ("text", "tops"),
    [
        (DENSE % "", ((4, 3, None, None), (4, 1, None, None))),
        (DENSE % "new_height: 36 new_width: 48", ((4, 3, 36, 48), (4, 1, 36, 48))),
        (DENSE % "is_color: false", ((4, 1, None, None), (4, 1, None, None))),
        (DENSE % "crop_height: 20 crop_width: 30", ((4, 3, 20, 30), (4, 1, 20, 30))),
        (
            DENSE % "crop_height: 20 crop_width: 30" + " transform_param { crop_size: 9 }",
            ((4, 3, 9, 9), (4, 1, 9, 9)),
        ),
        (HED % "new_height: 36 new_width: 48", ((4, 3, 36, 48), (4, 1, 36, 48))),
    ],
)
def test_images_and_maps(text: str, tops: tuple[Shape, ...]) -> None:
    assert infer(text, tops=2).tops == tops


@pytest.mark.parametrize(
    ("transform", "sizes"),
    [
        ("crop_size: 473", (473, 473)),
        ("crop_height: 713 crop_width: 473", (713, 473)),
        ("", (None, None)),
    ],
)
def test_images_maps_and_sizes(transform: str, sizes: tuple[int | None, int | None]) -> None:
    facts = infer(f"{SEG % ''} transform_param {{ {transform} }}", tops=3)
    assert facts.tops == ((4, 3, *sizes), (4, 1, *sizes), (4, 1, 1, 2))


@pytest.mark.parametrize(
    ("text", "tops", "why"),
    [
        (DENSE % "crop_height: 20", 2, "crop_height 20 and crop_width 0: give both, or neither"),
        (HED % "new_width: 20", 2, "new_height 0 and new_width 20: give both, or neither"),
        ('type: "DenseImageData"', 2, "batch_size is missing or 0"),
        (SEG % "" + ' transform_param { mean_file: "m" }', 3, "takes no mean_file"),
        (
            SEG % "" + " transform_param { crop_size: 2 crop_height: 2 crop_width: 2 }",
            3,
            "give crop_size, or else crop_height and crop_width",
        ),
    ],
)
def test_faults(text: str, tops: int, why: str) -> None:
    with pytest.raises(Fault, match=why):
        infer(text, tops=tops)
