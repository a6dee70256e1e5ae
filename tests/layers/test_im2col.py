from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer


def im2col(param: str, bottom: Shape) -> tuple[Shape, ...]:
    return infer(f'type: "Im2col" convolution_param {{ {param} }}', bottom).tops


@pytest.mark.parametrize(
    ("param", "bottom", "top"),
    [
        ("kernel_size: 4 stride_h: 2 stride_w: 2 pad: 3", (6, 6, 8, 7), (6, 96, 6, 5)),
        ("kernel_h: 5 kernel_w: 6 stride: 3 pad: 2", (7, 1, 2, 4), (7, 30, 1, 1)),
        ("kernel_size: 1 kernel_size: 3 stride_h: 3 stride_w: 1", (5, 4, 1, 2), (5, 12, 1, 0)),
        ("kernel_size: 3 dilation: 2", (1, 2, 9), (1, 6, 5)),
        ("kernel_size: 3", (1, None, 9, None), (1, None, 7, None)),
    ],
)
def test_columns(param: str, bottom: Shape, top: Shape) -> None:
    assert im2col(param, bottom) == (top,)


@pytest.mark.parametrize(
    ("param", "bottom", "why"),
    [
        ("kernel_size: 2", (6, 1), "no axis is left to slide over past axis 1"),
        ("kernel_size: 5 dilation: 2", (1, 4, 7, 5), "spans 9 does not fit a bottom of 7"),
        ("kernel_size: 2 stride_h: 2", (1, 4, 7, 5), "stride_h without stride_w"),
        ("kernel_h: 4 kernel_w: 4", (1, 4, 7, 5, 5), "need 2 spatial axes, not 3"),
        ("kernel_size: 4 kernel_size: 3 kernel_size: 2", (4, 7, 4, 4), "3 times for 2 spatial"),
    ],
)
def test_faults(param: str, bottom: Shape, why: str) -> None:
    with pytest.raises(Fault, match=why):
        im2col(param, bottom)
