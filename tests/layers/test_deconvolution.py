from __future__ import annotations

import pytest

from protogen.schema import Facts
from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer, learned


def layer(param: str) -> str:
    return f'type: "Deconvolution" convolution_param {{ {param} }}'


def deconvolution(param: str, bottom: Shape) -> Facts:
    return infer(layer(param), bottom)


def test_rows_of_a_real_caffe() -> None:
    check_rows("Deconvolution")


@pytest.mark.parametrize(
    ("param", "bottom", "top", "weights", "macs"),
    [
        # FCN-32s: Long et al. 2015
        ("num_output: 21 kernel_size: 64 stride: 32 bias_term: false", (1, 21, 16, 16),
         (1, 21, 544, 544), (21, 21, 64, 64), 462_422_016),
        ("num_output: 4 kernel_size: 4 stride: 2 pad: 1 group: 4", (2, 4, 19, 19),
         (2, 4, 38, 38), (4, 1, 4, 4), 2 * 361 * 64),
        ("num_output: 6 kernel_size: 3 dilation: 2", (1, 2, 3), (1, 6, 7), (2, 6, 3), 108),
        ("num_output: 6 kernel_size: 3 stride: 2", (None, 2, None, 4),
         (None, 6, None, 9), (2, 6, 3, 3), None),
        # A stride is only multiplied by. Without stride_w it is 0: all columns coincide.
        ("num_output: 6 kernel_size: 3 stride_h: 2", (1, 2, 4, 4),
         (1, 6, 9, 3), (2, 6, 3, 3), 16 * 108),
    ],
)  # fmt: skip
def test_shapes(param: str, bottom: Shape, top: Shape, weights: Shape, macs: int) -> None:
    facts = deconvolution(param, bottom)
    assert facts.tops == (top,)
    assert learned(facts)["weights"] == weights
    assert facts.macs == macs


@pytest.mark.parametrize(
    ("param", "why", "field"),
    [
        ("kernel_size: 3", "num_output is missing", "num_output"),
        ("num_output: 4 kernel_size: 3 stride: 0", "stride must be greater than 0", "stride"),
        (
            "num_output: 4 kernel_size: 3 group: 4",
            "group 4 does not divide 6 bottom channels",
            "group",
        ),
        (
            "num_output: 4 kernel_size: 3 pad: 9",
            "kernel 3 does not fit size 5 with pad 9 (axis 2): the top would have size -11",
            "kernel_size",  # 1 * (5 - 1) + 3 - 2 * 9
        ),
    ],
)
def test_faults(param: str, why: str, field: str) -> None:
    check_fault(why, f"convolution_param.{field}", layer(param), (2, 6, 5, 5))


def test_a_bilinear_filler_needs_a_square_kernel() -> None:
    filler = 'weight_filler { type: "bilinear" }'
    square = deconvolution(f"num_output: 6 kernel_size: 4 {filler}", (2, 6, 5, 5))
    assert square.tops == ((2, 6, 8, 8),)
    text = layer(f"num_output: 6 kernel_h: 4 kernel_w: 2 {filler}")
    why = 'weight_filler: filler "bilinear" needs a square kernel, got 4x2'
    check_fault(why, "convolution_param.weight_filler.type", text, (2, 6, 5, 5))
