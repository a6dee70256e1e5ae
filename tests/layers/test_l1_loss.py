"""L1Loss of NVCaffe (l1_loss_layer.cpp) and of FlowNet 2.0 (l1loss_layer.cpp)."""

from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, infer

NVIDIA = 'type: "L1Loss"'
FLOWNET = 'type: "L1Loss" l1_loss_param { }'


@pytest.mark.parametrize(
    ("text", "bottoms"),
    [
        (NVIDIA, [(8, 3, 4), (8, 12)]),
        (FLOWNET, [(8, 2, 4, 4), (8, 2, 4, 4)]),
        (FLOWNET, [(8, 2, 4, 4)]),
        (NVIDIA, [(8, 2, 4, 4)]),  # a single bottom makes it FlowNet's
    ],
)
def test_the_top_is_a_scalar(text: str, bottoms: list[Shape]) -> None:
    assert infer(text, *bottoms).tops == ((),)


@pytest.mark.parametrize(
    ("text", "bottoms", "why"),
    [
        (NVIDIA, [(8, 3), (8, 4)], "bottoms differ in elements per item: 3 and 4"),
        (NVIDIA, [(8, 3), (7, 3)], "bottoms differ in batch size: 8 and 7"),
        (FLOWNET, [(8, 3, 4), (8, 12)], "bottoms differ in number of axes: 3 and 2"),
    ],
)
def test_faults(text: str, bottoms: list[Shape], why: str) -> None:
    check_fault(why, "bottom[1]", text, *bottoms)
