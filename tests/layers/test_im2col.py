from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def layer(param: str) -> str:
    return f'type: "Im2col" convolution_param {{ {param} }}'


def test_rows_of_a_real_caffe() -> None:
    check_rows("Im2col")


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
    assert infer(layer(param), bottom).tops == (top,)


@pytest.mark.parametrize(
    ("param", "bottom", "why", "field"),
    [
        ("kernel_size: 2", (6, 1), "no axes to slide over after axis 1", "bottom[0]"),
        (
            "kernel_size: 5 dilation: 2",
            (1, 4, 7, 5),
            "kernel 5 with dilation 2 spans 9 and does not fit size 7 with pad 0 (axis 2):"
            " the top would have size -1",  # trunc((7 - 9) / 1) + 1
            "convolution_param.kernel_size",
        ),
        (
            "kernel_size: 2 stride_h: 2",
            (1, 4, 7, 5),
            "stride_h is given without stride_w, which is then 0",
            "convolution_param.stride_h",
        ),
        (
            "kernel_h: 4 kernel_w: 4",
            (1, 4, 7, 5, 5),
            "kernel_h and kernel_w need 2 spatial axes, got 3",
            "convolution_param.kernel_h",
        ),
        (
            "kernel_size: 4 kernel_size: 3 kernel_size: 2",
            (4, 7, 4, 4),
            "kernel_size is given 3 times for 2 spatial axes",
            "convolution_param.kernel_size",
        ),
    ],
)
def test_faults(param: str, bottom: Shape, why: str, field: str) -> None:
    check_fault(why, field, layer(param), bottom)
