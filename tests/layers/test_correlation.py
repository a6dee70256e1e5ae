"""Correlation of FlowNet (correlation_layer.cpp)."""

from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, infer


def layer(param: str) -> str:
    return f'type: "Correlation" correlation_param {{ {param} }}'


def test_a_channel_for_each_displacement() -> None:
    # FlowNetC: displacements -20, -18 .. 20 in both directions, 21 * 21
    flownet_c = layer("pad: 20 kernel_size: 1 max_displacement: 20 stride_1: 1 stride_2: 2")
    maps: Shape = (8, 256, 40, 56)
    assert infer(flownet_c, maps, maps).tops == ((8, 441, 40, 56),)
    # border 4 + 1: ceil((40 - 10) / 2) and ceil((55 - 10) / 2)
    text = layer("kernel_size: 3 max_displacement: 4 stride_1: 2 stride_2: 1")
    maps = (8, 256, 40, 55)
    assert infer(text, maps, maps).tops == ((8, 81, 15, 23),)


@pytest.mark.parametrize(
    ("param", "other", "why", "field"),
    [
        ("max_displacement: 4", (1, 2, 9, 9), "kernel_size is missing", "kernel_size"),
        ("kernel_size: 3", (1, 2, 9, 9), "max_displacement is missing", "max_displacement"),
        (
            "kernel_size: 2 max_displacement: 4",
            (1, 2, 9, 9),
            "kernel_size must be odd, got 2",
            "kernel_size",
        ),
        (
            "kernel_size: 1 max_displacement: 1 stride_2: 0",
            (1, 2, 9, 9),
            "stride_2 must be greater than 0, got 0",
            "stride_2",
        ),
        (
            "kernel_size: 1 max_displacement: 5",
            (1, 2, 9, 9),
            "a border of 5 on both sides (max_displacement 5, kernel_size 1) does not fit size 9",
            "max_displacement",
        ),
    ],
)
def test_faults(param: str, other: Shape, why: str, field: str) -> None:
    check_fault(why, f"correlation_param.{field}", layer(param), (1, 2, 9, 9), other)


def test_bottoms_must_agree() -> None:
    text = layer("kernel_size: 1 max_displacement: 1")
    why = "bottoms differ in channels, height or width: bottom 0 is 1x2x9x9, bottom 1 is 1x2x9x8"
    check_fault(why, "bottom[1]", text, (1, 2, 9, 9), (1, 2, 9, 8))
