"""Resample of FlowNet 2.0 (resample_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def layer(param: str = "") -> str:
    return f'type: "Resample" resample_param {{ {param} }}'


def test_sizes() -> None:
    flow = (8, 2, 80, 112)
    assert infer(layer("height: 320 width: 448"), flow).tops == ((8, 2, 320, 448),)
    assert infer(layer(), flow, (8, 3, 5, 6)).tops == ((8, 2, 5, 6),)


def test_faults() -> None:
    flow = (8, 2, 80, 112)
    why = "height must be greater than 0, got 0; give height and width, or a second bottom"
    check_fault(why, "resample_param.height", layer(), flow)
    check_fault("width must be greater than 0", "bottom[1]", layer(), flow, (8, 3, 5, 0))
    text = layer("height: 320 width: 448 type: AREA")
    check_fault("type AREA is not implemented", "resample_param.type", text, flow)
