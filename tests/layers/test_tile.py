from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("Tile")


@pytest.mark.parametrize(
    ("param", "bottom", "top"),
    [
        ("tiles: 3", (3, 7, 7), (3, 21, 7)),
        ("tiles: 2 axis: -1", (2, 5), (2, 10)),
        ("tiles: 2", (2, None), (2, None)),
    ],
)
def test_shapes(param: str, bottom: Shape, top: Shape) -> None:
    assert infer(f'type: "Tile" tile_param {{ {param} }}', bottom).tops == (top,)


@pytest.mark.parametrize(
    ("param", "why", "field"),
    [
        ("", "tiles is missing", "tiles"),
        ("tiles: 0", "tiles must be greater than 0, got 0", "tiles"),
        ("tiles: 2 axis: 2", "axis 2 is out of range", "axis"),
        (
            "tiles: 2147483647",
            "the top would be 2x17179869176, which is more than 2147483647 elements",
            "tiles",
        ),
    ],
)
def test_faults(param: str, why: str, field: str) -> None:
    check_fault(why, f"tile_param.{field}", f'type: "Tile" tile_param {{ {param} }}', (2, 8))
