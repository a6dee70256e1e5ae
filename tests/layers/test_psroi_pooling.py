"""PSROIPooling of R-FCN (psroi_pooling_layer.cpp)."""

from __future__ import annotations

import pytest

from tests.layers.conftest import check_fault, infer


def layer(param: str) -> str:
    return f'type: "PSROIPooling" psroi_pooling_param {{ {param} }}'


def test_windows_of_each_region() -> None:
    text = layer("spatial_scale: 0.0625 output_dim: 21 group_size: 7")
    # 21 * 7 * 7 = 1029
    assert infer(text, (1, 1029, 38, 63), (300, 5)).tops == ((300, 21, 7, 7),)
    assert infer(text, None, (300, 5)).tops == ((300, 21, 7, 7),)
    assert infer(text, (1, 1029, 38, 50), None).tops == ((None, 21, 7, 7),)


@pytest.mark.parametrize(
    ("param", "why", "field"),
    [
        ("output_dim: 2 group_size: 3", "spatial_scale is missing", "spatial_scale"),
        (
            "spatial_scale: 1 output_dim: 0 group_size: 3",
            "output_dim must be greater than 0, got 0",
            "output_dim",
        ),
        (
            "spatial_scale: 1 output_dim: 3 group_size: 3",
            "expected 27 channels for output_dim 3 and group_size 3, got 18",
            "output_dim",
        ),
    ],
)
def test_faults(param: str, why: str, field: str) -> None:
    check_fault(why, f"psroi_pooling_param.{field}", layer(param), (1, 18, 9, 9), (9, 5))
