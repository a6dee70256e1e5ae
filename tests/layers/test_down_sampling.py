"""DownSampling of facebook/C3D (C3D-v1.0/src/caffe/layers/down_sampling_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer

TEXT = 'type: "DownSampling" down_sampling_param { spatial_factor: 4 temporal_factor: 2 }'


def test_factors_divide_the_sizes() -> None:
    assert infer(TEXT, (1, 2, 16, 114, 112)).tops == ((1, 2, 8, 28, 28),)
    text = TEXT.replace("temporal_factor: 2", "temporal_factor: 1")
    why = "temporal_factor must be greater than 1, got 1"
    check_fault(why, "down_sampling_param.temporal_factor", text, (1, 2, 16, 114, 112))
