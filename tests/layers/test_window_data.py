from __future__ import annotations

from tests.layers.conftest import check_fault, infer

TEXT = 'type: "WindowData" window_data_param { batch_size: 128 }'


def test_windows_are_warped_to_crop_size() -> None:
    facts = infer(f"{TEXT} transform_param {{ crop_size: 227 }}", tops=2)
    assert facts.tops == ((128, None, 227, 227), (128,))


def test_crop_size_is_required() -> None:
    check_fault("crop_size is missing", "transform_param.crop_size", TEXT, tops=2)
