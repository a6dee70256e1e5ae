"""FlowWarp of FlowNet 2.0 (flow_warp_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def test_the_top_has_the_shape_of_the_image() -> None:
    assert infer('type: "FlowWarp"', (8, 3, 9, 7), (8, 2, 9, 7)).tops == ((8, 3, 9, 7),)


def test_the_flow_has_2_channels() -> None:
    why = "expected a flow with 2 numbers per pixel: bottom 0 is 8x3x9x7, bottom 1 is 8x3x9x7"
    check_fault(why, "bottom[1]", 'type: "FlowWarp"', (8, 3, 9, 7), (8, 3, 9, 7))
