"""ChannelNorm of FlowNet 2.0 (channel_norm_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def test_one_length_per_pixel() -> None:
    assert infer('type: "ChannelNorm"', (8, 2, 9, 7)).tops == ((8, 1, 9, 7),)
    why = "expected at most 4 axes, got 5"
    check_fault(why, "bottom[0]", 'type: "ChannelNorm"', (1, 2, 3, 4, 5))
