from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def layer(*order: int) -> str:
    entries = " ".join(f"order: {axis}" for axis in order)
    return f'type: "Permute" permute_param {{ {entries} }}'


def test_rows_of_a_real_caffe() -> None:
    check_rows("Permute")


@pytest.mark.parametrize(
    ("order", "bottom", "top"),
    [
        ((0, 2, 3, 1), (2, 16, 38, 39), (2, 38, 39, 16)),
        ((3, 1), (2, 3, 4, 5), (5, 3, 2, 4)),
        ((), (2, 3), (2, 3)),
        ((1, 0), (None, 3), (3, None)),
    ],
)
def test_shapes(order: tuple[int, ...], bottom: Shape, top: Shape) -> None:
    assert infer(layer(*order), bottom).tops == (top,)


def test_in_place_it_reorders_twice() -> None:
    assert infer(layer(1, 2, 0), (2, 3, 4), in_place=(0,)).tops == ((4, 2, 3),)


def test_faults() -> None:
    why = "order 2 is out of range: bottom 0 has 2 axes"
    check_fault(why, "permute_param.order[0]", layer(2), (2, 3))
    check_fault("order names axis 0 twice", "permute_param.order[1]", layer(0, 0), (2, 3))
