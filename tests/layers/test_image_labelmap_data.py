"""ImageLabelmapData of HED (image_labelmap_data_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def layer(param: str) -> str:
    return f'type: "ImageLabelmapData" image_data_param {{ batch_size: 4 {param} }}'


def test_images_and_label_maps() -> None:
    assert infer(layer("new_height: 36 new_width: 48"), tops=2).tops == (
        (4, 3, 36, 48),
        (4, 1, 36, 48),
    )
    assert infer(layer(""), tops=2).tops == ((4, 3, None, None), (4, 1, None, None))


def test_half_a_size() -> None:
    why = "new_height 0 and new_width 20: give both, or neither"
    check_fault(why, "image_data_param.new_width", layer("new_width: 20"), tops=2)
