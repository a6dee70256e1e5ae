from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("Concat")


@pytest.mark.parametrize(
    ("param", "bottoms", "top"),
    [
        ("", [(3, 4), (3, 1)], (3, 5)),
        ("axis: 2", [(8, 6, 2, 7), (8, 6, 4, 7)], (8, 6, 6, 7)),
        ("axis: -1", [(5,), (5,)], (10,)),
        ("concat_dim: 0", [(5, 6), (4, 6), (1, 6)], (10, 6)),
        ("", [(3, 4)], (3, 4)),
        ("", [(2, 0), (2, 0)], (2, 0)),
        ("", [(None, 4, 7), (2, None, 7)], (None, None, 7)),
    ],
)
def test_shapes(param: str, bottoms: list[Shape], top: Shape) -> None:
    assert infer(f'type: "Concat" concat_param {{ {param} }}', *bottoms).tops == (top,)


def test_intel_flattens_the_items_first() -> None:
    """``per_fla_fuse`` in mkldnn_concat_layer.cpp: 4 * 38 * 38 + 6 * 19 * 19 = 7942."""
    text = 'type: "Concat" concat_param { axis: 1 per_fla_fuse: true }'
    assert infer(text, (32, 4, 38, 38), (32, 6, 19, 19)).tops == ((32, 7942, 1, 1),)
    why = "bottoms differ in batch size or number of axes: bottom 0 is 32x4x38x38, bottom 1 is 8"
    check_fault(why, "bottom[1]", text, (32, 4, 38, 38), (8, 6, 19, 19))


@pytest.mark.parametrize(
    ("param", "bottoms", "why", "field"),
    [
        ("", [(2, 3, 7, 3), (4, 3, 7, 3)], "differ in num: 2 and 4 (axis 0)", "bottom[1]"),
        ("axis: 0", [(5, 8, 3), (1, 8)], "differ in number of axes: 3 and 2", "bottom[1]"),
        (
            "axis: 2",
            [(5, 8), (5, 8)],
            "axis 2 is out of range: bottom 0 has 2 axes (5x8)",
            "concat_param.axis",
        ),
        (
            "concat_dim: 2",
            [(5, 8), (5, 8)],
            "concat_dim 2 is out of range",
            "concat_param.concat_dim",
        ),
        (
            "concat_dim: 4294967295",
            [(5, 8)],
            "concat_dim must be at most 2147483647, got 4294967295",
            "concat_param.concat_dim",
        ),
        (
            "axis: 1 concat_dim: 1",
            [(5, 8)],
            "both axis and concat_dim are given; keep axis",
            "concat_param.concat_dim",
        ),
        ("", [(2, 0)], "bottom 0, the only one, is 2x0, which has no elements", "bottom[0]"),
    ],
)
def test_faults(param: str, bottoms: list[Shape], why: str, field: str) -> None:
    check_fault(why, field, f'type: "Concat" concat_param {{ {param} }}', *bottoms)
