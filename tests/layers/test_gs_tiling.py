"""GSTiling of Xilinx's Caffe (src/caffe/layers/gs_tiling_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer

TEXT = 'type: "GSTiling" gs_tiling_param { stride: 8 reverse: true }'


def test_channels_become_pixels_and_back() -> None:
    # The net for lanes, VPGNet: 320x15x20 becomes 5x120x160.
    assert infer(TEXT, (1, 320, 15, 20)).tops == ((1, 5, 120, 160),)
    text = TEXT.replace("true", "false")
    assert infer(text, (1, 5, 120, 160)).tops == ((1, 320, 15, 20),)
    assert infer(TEXT, (1, None, 15, None)).tops == ((1, None, 120, None),)


def test_faults() -> None:
    why = "channels 321 must be a multiple of 64 (stride 8)"
    check_fault(why, "gs_tiling_param.stride", TEXT, (1, 321, 15, 20))
    text = TEXT.replace("true", "false")
    why = "height 121 must be a multiple of 8 (stride 8)"
    check_fault(why, "gs_tiling_param.stride", text, (1, 5, 121, 160))
