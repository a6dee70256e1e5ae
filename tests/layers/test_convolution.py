from __future__ import annotations

import pytest

from protogen.schema import Facts, Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer, learned


def convolution(param: str, *bottoms: Shape, **more) -> Facts:
    return infer(f'type: "Convolution" convolution_param {{ {param} }}', *bottoms, **more)


@pytest.mark.parametrize(
    ("param", "bottom", "top", "weights", "macs"),
    [
        # AlexNet: Krizhevsky et al. 2012, as bvlc_alexnet has it
        ("num_output: 96 kernel_size: 11 stride: 4", (1, 3, 227, 227),
         (1, 96, 55, 55), (96, 3, 11, 11), 105_415_200),
        ("num_output: 256 kernel_size: 5 pad: 2 group: 2", (1, 96, 27, 27),
         (1, 256, 27, 27), (256, 48, 5, 5), 223_948_800),
        ("num_output: 4 kernel_h: 1 kernel_w: 3 pad_h: 0 pad_w: 1", (2, 3, 6, 5),
         (2, 4, 6, 5), (4, 3, 1, 3), 2 * 4 * 30 * 9),
        ("num_output: 4 kernel_size: 3 dilation: 2", (1, 2, 9), (1, 4, 5), (4, 2, 3), 120),
        ("num_output: 4 kernel_size: 1 kernel_size: 2 kernel_size: 3", (1, 2, 4, 4, 4),
         (1, 4, 4, 3, 2), (4, 2, 1, 2, 3), 4 * 24 * 12),
        ("num_output: 4 kernel_size: 3 axis: -3", (5, 2, 4, 4),
         (5, 4, 2, 2), (4, 2, 3, 3), 5 * 16 * 18),
        ("num_output: 4 kernel_size: 3", (None, 2, 4, None),
         (None, 4, 2, None), (4, 2, 3, 3), None),
        ("num_output: 4 kernel_size: 3 stride: 2", (1, 1, 2, 2), (1, 4, 1, 1), (4, 1, 3, 3), 36),
    ],
)  # fmt: skip
def test_shapes(param: str, bottom: Shape, top: Shape, weights: Shape, macs: int) -> None:
    facts = convolution(param, bottom)
    assert facts.tops == (top,)
    assert top is not None
    assert learned(facts) == {"weights": weights, "bias": (top[1],)}
    assert facts.macs == macs


def test_bottoms_share_the_filters() -> None:
    facts = convolution("num_output: 2 kernel_size: 1", (1, 3, 4, 4), (1, 3, 4, 4), tops=2)
    assert facts.tops == ((1, 2, 4, 4),) * 2
    assert facts.macs == 2 * 16 * 6
    with pytest.raises(Fault, match="one top of each bottom, but has 2 and 1"):
        convolution("num_output: 2 kernel_size: 1", (1, 3, 4, 4), (1, 3, 4, 4))
    with pytest.raises(Fault, match=r"bottoms differ in num: 1 and 2 \(axis 0\)"):
        convolution("num_output: 2 kernel_size: 1", (1, 3, 4, 4), (2, 3, 4, 4), tops=2)


@pytest.mark.parametrize(
    ("param", "why"),
    [
        ("kernel_size: 3", "num_output is missing or 0"),
        ("num_output: 4", "no kernel_size"),
        ("num_output: 4 kernel_size: 0", "a kernel of size 0"),
        ("num_output: 4 kernel_size: 3 kernel_h: 3", "both kernel_size and kernel_h/kernel_w"),
        ("num_output: 4 kernel_size: 3 kernel_size: 3 kernel_size: 3", "3 times for 2 spatial"),
        ("num_output: 4 kernel_size: 3 stride: 0", "a stride of 0"),
        ("num_output: 4 kernel_size: 3 stride_h: 2", "stride_h without stride_w: the other"),
        ("num_output: 4 kernel_size: 3 axis: 4", "axis 4 is outside of a bottom with 4 axes"),
        ("num_output: 4 kernel_size: 3 group: 0", "group is 0"),
        ("num_output: 4 kernel_size: 3 group: 4", "group 4 does not divide 6 bottom channels"),
        ("num_output: 4 kernel_size: 3 group: 3", "group 3 does not divide num_output 4"),
        ("num_output: 4 kernel_size: 9", "spans 9 does not fit a bottom of 5 with pad 0"),
        ("num_output: 4 kernel_size: 3 dilation: 4", "spans 9 does not fit a bottom of 5"),
        ('num_output: 4 kernel_size: 3 weight_filler { type: "xavir" }', 'did you mean "xavier"'),
    ],
)
def test_faults(param: str, why: str) -> None:
    with pytest.raises(Fault, match=why):
        convolution(param, (2, 6, 5, 5))


def test_an_empty_top_kills_the_bias_only() -> None:
    param = "num_output: 4 kernel_size: 6"  # (5 - 6) / 1 + 1 is 0
    assert convolution(f"{param} bias_term: false", (1, 2, 5, 5)).tops == ((1, 4, 0, 0),)
    with pytest.raises(Fault, match="its top would be 0"):
        convolution(param, (1, 2, 5, 5))


def test_a_column_buffer_that_is_too_large() -> None:
    with pytest.raises(Fault, match="im2col buffer would be 9216x512x512: more than 2147483647"):
        convolution("num_output: 1 kernel_size: 3 pad: 1", (1, 1024, 512, 512))
