"""Tiling of Xilinx's Caffe (src/caffe/layers/tiling_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer

TEXT = 'type: "Tiling" tiling_param { tile_dim: 8 }'


def test_channels_become_pixels() -> None:
    assert infer(TEXT, (1, 128, 15, 20)).tops == ((1, 2, 120, 160),)
    why = "129 channels must be a multiple of 64 (tile_dim 8 squared)"
    check_fault(why, "tiling_param.tile_dim", TEXT, (1, 129, 15, 20))
    check_fault("tile_dim is missing", "tiling_param.tile_dim", 'type: "Tiling"', (1, 8, 2, 2))
