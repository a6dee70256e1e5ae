from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("LRN")


@pytest.mark.parametrize(
    ("param", "bottom"),
    [("", (2, 96, 55, 55)), ("local_size: 99 norm_region: WITHIN_CHANNEL", (1, 2, 3, 3))],
)
def test_it_keeps_the_shape_in_place_too(param: str, bottom: Shape) -> None:
    text = f'type: "LRN" lrn_param {{ {param} }}'
    assert infer(text, bottom).tops == infer(text, bottom, in_place=[0]).tops == (bottom,)


@pytest.mark.parametrize(
    ("param", "bottom", "why", "field"),
    [
        ("local_size: 4", (1, 2, 3, 3), "local_size must be odd, got 4", "lrn_param.local_size"),
        (
            "local_size: 4294967295",
            (1, 2, 3, 3),
            "local_size must be at most 2147483647",
            "lrn_param.local_size",
        ),
        ("", (2, 3, 4), "expected 4 axes (N, C, H, W), got 3: bottom 0 is 2x3x4", "bottom[0]"),
    ],
)
def test_faults(param: str, bottom: Shape, why: str, field: str) -> None:
    check_fault(why, field, f'type: "LRN" lrn_param {{ {param} }}', bottom)


def test_a_pooling_that_is_fused_with_it_in_opencl() -> None:
    text = 'type: "LRN" lrn_param { fuse_type: FUSED_POOL_MAX pooling_param { kernel_size: 3 } }'
    assert infer(text, (1, 96, 55, 55)).tops == ((1, 96, None, None),)
    text = 'type: "LRN" lrn_param { fuse_type: UNFUSED }'
    assert infer(text, (1, 96, 55, 55)).tops == ((1, 96, 55, 55),)
