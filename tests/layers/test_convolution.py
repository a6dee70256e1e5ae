from __future__ import annotations

import pytest

from protogen.schema import Facts
from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer, learned


def layer(param: str) -> str:
    return f'type: "Convolution" convolution_param {{ {param} }}'


def convolution(param: str, *bottoms: Shape, tops: int = 1) -> Facts:
    return infer(layer(param), *bottoms, tops=tops)


def test_rows_of_a_real_caffe() -> None:
    check_rows("Convolution")


@pytest.mark.parametrize(
    ("param", "bottom", "top", "weights", "macs"),
    [
        # AlexNet: Krizhevsky et al. 2012, as in bvlc_alexnet
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
    param, image = "num_output: 2 kernel_size: 1", (1, 3, 4, 4)
    facts = convolution(param, image, image, tops=2)
    assert facts.tops == ((1, 2, 4, 4),) * 2
    assert facts.macs == 2 * 16 * 6
    why = "expected one top for each bottom, got 2 bottoms and 1 top"
    check_fault(why, "top", layer(param), image, image)
    why = "bottoms differ in num: 1 and 2 (axis 0)"
    check_fault(why, "bottom[1]", layer(param), image, (2, 3, 4, 4), tops=2)


@pytest.mark.parametrize(
    ("param", "why", "field"),
    [
        ("kernel_size: 3", "num_output is missing", "num_output"),
        ("num_output: 0 kernel_size: 3", "num_output must be greater than 0", "num_output"),
        ("num_output: 4", "kernel_size is missing", "kernel_size"),
        ("num_output: 4 kernel_size: 0", "kernel_size must be greater than 0", "kernel_size"),
        (
            "num_output: 4 kernel_h: 3",
            "kernel_h is given without kernel_w, which is then 0",
            "kernel_h",
        ),
        (
            "num_output: 4 kernel_h: 3 kernel_w: 0",
            "kernel_w must be greater than 0, got 0",
            "kernel_w",
        ),
        (
            "num_output: 4 kernel_size: 3 kernel_h: 3",
            "both kernel_size and kernel_h are given; keep one",
            "kernel_h",
        ),
        (
            "num_output: 4 kernel_size: 3 kernel_size: 3 kernel_size: 3",
            "kernel_size is given 3 times for 2 spatial axes",
            "kernel_size",
        ),
        (
            "num_output: 4 kernel_size: 3 stride: 1 stride: 1 stride: 1",
            "stride is given 3 times for 2 spatial axes; give it once, or once per axis",
            "stride",
        ),
        ("num_output: 4 kernel_size: 3 stride: 0", "stride must be greater than 0", "stride"),
        (
            "num_output: 4 kernel_size: 3 stride_h: 2",
            "stride_h is given without stride_w, which is then 0, and Caffe divides by it",
            "stride_h",
        ),
        (
            "num_output: 4 kernel_size: 3 stride_h: 2 stride_w: 0",
            "stride_w must be greater than 0, got 0; Caffe divides by it",
            "stride_w",
        ),
        (
            "num_output: 4 kernel_size: 3 axis: 4",
            "axis 4 is out of range: bottom 0 has 4 axes (2x6x5x5)",
            "axis",
        ),
        ("num_output: 4 kernel_size: 3 group: 0", "group must be greater than 0", "group"),
        (
            "num_output: 4 kernel_size: 3 group: 4",
            "group 4 does not divide 6 bottom channels",
            "group",
        ),
        (
            "num_output: 4 kernel_size: 3 group: 3",
            "group 3 does not divide num_output 4",
            "group",
        ),
        (
            "num_output: 4 kernel_size: 9",
            "kernel 9 does not fit size 5 with pad 0 (axis 2): the top would have size -3",
            "kernel_size",
        ),
        (
            "num_output: 4 kernel_size: 3 dilation: 4",
            "kernel 3 with dilation 4 spans 9 and does not fit size 5 with pad 0 (axis 2)",
            "kernel_size",
        ),
        ("num_output: 4 kernel_h: 3 kernel_w: 9", "kernel 9 does not fit size 5", "kernel_w"),
        (
            "num_output: 4 kernel_size: 3 kernel_size: 9",
            "kernel 9 does not fit size 5",
            "kernel_size[1]",
        ),
        (
            'num_output: 4 kernel_size: 3 weight_filler { type: "xavir" }',
            'weight_filler: unknown filler type "xavir"; did you mean "xavier"?',
            "weight_filler.type",
        ),
    ],
)
def test_faults(param: str, why: str, field: str) -> None:
    check_fault(why, f"convolution_param.{field}", layer(param), (2, 6, 5, 5))


def test_only_the_bias_needs_a_top_with_elements() -> None:
    param = "num_output: 4 kernel_size: 6"  # (5 - 6) / 1 + 1 is 0
    assert convolution(f"{param} bias_term: false", (1, 2, 5, 5)).tops == ((1, 4, 0, 0),)
    why = "the top would have size 0"
    check_fault(why, "convolution_param.kernel_size", layer(param), (1, 2, 5, 5))


def test_a_column_buffer_that_is_too_large() -> None:
    why = "the im2col buffer would be 9216x512x512, which is more than 2147483647 elements"
    text = layer("num_output: 1 kernel_size: 3 pad: 1")
    check_fault(why, "convolution_param.num_output", text, (1, 1024, 512, 512))


@pytest.mark.parametrize("fused", ["fuse_type: FUSED_CONV_ELTWISE_RELU", "is_eltwise_sum: true"])
def test_an_eltwise_that_is_fused_with_it(fused: str) -> None:
    """conv_layer_spatial.cpp of BVLC's OpenCL branch: Reshape leaves the last bottom out."""
    param = "num_output: 4 kernel_size: 1 bias_term: false"
    facts = convolution(f"{param} {fused}", (1, 2, 6, 6), (1, 4, 6, 6))
    assert facts.tops == ((1, 4, 6, 6),)
    assert learned(facts) == {"weights": (4, 2, 1, 1)}
    why = "expected one top for each bottom, got 2 bottoms and 1 top"
    check_fault(why, "top", layer(param), (1, 2, 6, 6), (1, 4, 6, 6))
