"""The layers of FlowNet."""

from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer

CORRELATION = 'type: "Correlation" correlation_param'
#: That of FlowNetC: displacements -20, -18 .. 20 in both directions.
FLOWNET_C = (
    f"{CORRELATION} {{ pad: 20 kernel_size: 1 max_displacement: 20 stride_1: 1 stride_2: 2 }}"
)


def test_a_channel_to_each_displacement() -> None:
    maps: Shape = (8, 256, 40, 56)
    assert infer(FLOWNET_C, maps, maps).tops == ((8, 441, 40, 56),)  # 21 * 21
    text = f"{CORRELATION} {{ kernel_size: 3 max_displacement: 4 stride_1: 2 stride_2: 1 }}"
    # border 4 + 1: ceil((40 - 10) / 2) and ceil((55 - 10) / 2)
    assert infer(text, (8, 256, 40, 55), (8, 256, 40, 55)).tops == ((8, 81, 15, 23),)


@pytest.mark.parametrize(
    ("param", "other", "why"),
    [
        ("max_displacement: 4", (1, 2, 9, 9), "kernel_size is missing"),
        ("kernel_size: 3", (1, 2, 9, 9), "max_displacement is missing"),
        ("kernel_size: 2 max_displacement: 4", (1, 2, 9, 9), "kernel_size 2 is not odd"),
        ("kernel_size: 1 max_displacement: 1 stride_2: 0", (1, 2, 9, 9), "stride_2 is 0"),
        ("kernel_size: 1 max_displacement: 5", (1, 2, 9, 9), "do not fit a bottom of 9"),
        ("kernel_size: 1 max_displacement: 1", (1, 2, 9, 8), "bottoms differ"),
    ],
)
def test_faults_of_correlation(param: str, other: Shape, why: str) -> None:
    with pytest.raises(Fault, match=why):
        infer(f"{CORRELATION} {{ {param} }}", (1, 2, 9, 9), other)


def test_resample() -> None:
    text = 'type: "Resample" resample_param { height: 320 width: 448 %s }'
    assert infer(text % "", (8, 2, 80, 112)).tops == ((8, 2, 320, 448),)
    assert infer('type: "Resample"', (8, 2, 80, 112), (8, 3, 5, 6)).tops == ((8, 2, 5, 6),)
    with pytest.raises(Fault, match="a height of 0: give height and width"):
        infer('type: "Resample"', (8, 2, 80, 112))
    with pytest.raises(Fault, match="type AREA is not implemented"):
        infer(text % "type: AREA", (8, 2, 80, 112))


def test_warping_and_the_length_of_the_flow() -> None:
    assert infer('type: "FlowWarp"', (8, 3, 9, 7), (8, 2, 9, 7)).tops == ((8, 3, 9, 7),)
    with pytest.raises(Fault, match="the flow is not 2 numbers to each pixel"):
        infer('type: "FlowWarp"', (8, 3, 9, 7), (8, 3, 9, 7))
    assert infer('type: "ChannelNorm"', (8, 2, 9, 7)).tops == ((8, 1, 9, 7),)
