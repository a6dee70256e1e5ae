from __future__ import annotations

import pytest

from protogen.schema import Facts, Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer, learned


def deconvolution(param: str, bottom: Shape) -> Facts:
    return infer(f'type: "Deconvolution" convolution_param {{ {param} }}', bottom)


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
        # a stride is only multiplied by: without stride_w it is 0, and all columns fall together
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
    ("param", "why"),
    [
        ("kernel_size: 3", "num_output is missing or 0"),
        ("num_output: 4 kernel_size: 3 stride: 0", "a stride of 0"),
        ("num_output: 4 kernel_size: 3 group: 4", "group 4 does not divide 6 bottom channels"),
        ("num_output: 4 kernel_size: 3 pad: 9", "does not fit a bottom of 5 with pad 9"),
    ],
)
def test_faults(param: str, why: str) -> None:
    with pytest.raises(Fault, match=why):
        deconvolution(param, (2, 6, 5, 5))


def test_a_bilinear_filler_needs_a_square_kernel() -> None:
    filler = 'weight_filler { type: "bilinear" }'
    square = deconvolution(f"num_output: 6 kernel_size: 4 {filler}", (2, 6, 5, 5))
    assert square.tops == ((2, 6, 8, 8),)
    with pytest.raises(Fault, match="a square kernel, not 4x2"):
        deconvolution(f"num_output: 6 kernel_h: 4 kernel_w: 2 {filler}", (2, 6, 5, 5))
