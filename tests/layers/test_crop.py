from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("Crop")


@pytest.mark.parametrize(
    ("param", "bottoms", "top"),
    [
        ("offset: 2 offset: 4", [(6, 2, 10, 9), (6, 1, 7, 5)], (6, 2, 7, 5)),
        ("axis: 0", [(7, 10, 8, 3), (6, 10, 5, 2)], (6, 10, 5, 2)),
        ("axis: -1", [(8, 6, 6, 4), (7, 6, 9, 3)], (8, 6, 6, 3)),
        ("offset: 19", [(1, 21, 538, 538), (1, 3, 500, 500)], (1, 21, 500, 500)),  # FCN-32s
        ("axis: 1 offset: 1", [(2, 4), (9, 3, 5)], (2, 3)),
        ("", [(1, 21, None, None), (1, 3, 500, None)], (1, 21, 500, None)),
    ],
)
def test_shapes(param: str, bottoms: list[Shape], top: Shape) -> None:
    assert infer(f'type: "Crop" crop_param {{ {param} }}', *bottoms).tops == (top,)


@pytest.mark.parametrize(
    ("param", "bottoms", "why", "field"),
    [
        (
            "offset: 2 offset: 1",
            [(9, 5, 5, 5), (9, 4, 4, 5)],
            "a crop of 4 at offset 2 reaches past size 5 (axis 2): bottom 0 is 9x5x5x5",
            "crop_param.offset",
        ),
        (
            "",
            [(1, 1, 4, 4), (1, 1, 5, 4)],
            "a crop of 5 at offset 0 reaches past size 4",
            "bottom[1]",
        ),
        (
            "axis: 0 offset: 1 offset: 1",
            [(8, 7, 3, 2)] * 2,
            "offset is given 2 times for 4 cropped axes",
            "crop_param.offset",
        ),
        (
            "axis: -1",
            [(1, 3, 9, 3), (1, 1, 6)],
            "expected at least 4 axes in bottom 1, as in bottom 0, got 3",
            "bottom[1]",
        ),
        ("", [(8, 7), (8, 7)], "axis 2 is out of range: bottom 0 has 2 axes", "bottom[0]"),
        ("", [(1, 3, 4, 4)], "expected 2 bottoms, got 1", "bottom"),
    ],
)
def test_faults(param: str, bottoms: list[Shape], why: str, field: str) -> None:
    check_fault(why, field, f'type: "Crop" crop_param {{ {param} }}', *bottoms)
