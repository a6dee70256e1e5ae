"""UnPooling of weiliu89's fcn branch (unpooling_layer.cpp)."""

from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, infer


def layer(param: str) -> str:
    return f'type: "UnPooling" unpooling_param {{ {param} }}'


@pytest.mark.parametrize(
    ("param", "bottoms", "top"),
    [
        # (5 - 1) * 2 + 2 and (6 - 1) * 2 + 2
        ("out_kernel_size: 2 out_stride: 2", ((1, 3, 5, 6),), (1, 3, 10, 12)),
        # (5 - 1) * 2 - 2 + 3 and (6 - 1) * 2 - 2 + 3
        ("out_kernel_size: 3 out_stride: 2 out_pad: 1", ((1, 3, 5, 6),), (1, 3, 9, 11)),
        ("out_kernel_h: 3 out_kernel_w: 2", ((1, 3, 5, 6),), (1, 3, 7, 7)),
        # ceil(9 / 4) = 3 by 3: 3 * 3 + 3 = 12, minus floor(3 / 2) on both sides
        ("out_kernel_size: 1", ((1, 3, 4, 4), (1, 1, 9, 12)), (1, 3, 10, 12)),
        ("out_kernel_size: 1", ((1, 3, 1, 1), (1, 1, 9, 12)), (1, 3, 9, 12)),
        ("out_kernel_size: 1", ((1, 3, None, 4), (1, 1, 9, 12)), (1, 3, None, 12)),
    ],
)
def test_shapes(param: str, bottoms: tuple[Shape, ...], top: Shape) -> None:
    assert infer(layer(param), *bottoms).tops == (top,)


@pytest.mark.parametrize(
    ("param", "why", "field"),
    [
        ("", "out_kernel_size is missing", "out_kernel_size"),
        (
            "out_kernel_size: 2 out_kernel_h: 2 out_kernel_w: 2",
            "give either out_kernel_size, or both out_kernel_h and out_kernel_w",
            "out_kernel_h",
        ),
        (
            "out_kernel_size: 2 out_stride_h: 2",
            "give either out_stride, or both out_stride_h and out_stride_w",
            "out_stride_h",
        ),
        ("out_kernel_size: 0", "out_kernel_size must be greater than 0", "out_kernel_size"),
    ],
)
def test_faults(param: str, why: str, field: str) -> None:
    check_fault(why, f"unpooling_param.{field}", layer(param), (1, 3, 5, 6))


def test_an_empty_image_has_no_fitting_window() -> None:
    why = "the image has no pixels, and Caffe divides by its size: bottom 0 is 1x3x0x6"
    text = layer("out_kernel_size: 1")
    check_fault(why, "bottom[0]", text, (1, 3, 0, 6), (1, 1, 9, 12))
