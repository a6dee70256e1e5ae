"""Axpy of SENet (axpy_layer.cpp)."""

from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, infer

MAPS = (2, 64, 9, 9)


@pytest.mark.parametrize("scale", [(2, 64, 1, 1), (2, 64), (2, None)])
def test_the_top_has_the_shape_of_the_maps(scale: Shape) -> None:
    assert infer('type: "Axpy"', scale, MAPS, MAPS).tops == (MAPS,)


@pytest.mark.parametrize(
    ("bottoms", "why", "field"),
    [
        ([MAPS, MAPS, MAPS], "expected a scale with one number per channel", "bottom[0]"),
        (
            [(2, 64), MAPS, (2, 64, 9, 8)],
            "bottoms 1 and 2 differ in shape: bottom 1 is 2x64x9x9, bottom 2 is 2x64x9x8",
            "bottom[2]",
        ),
        ([(2,), MAPS, MAPS], "expected at least 2 axes (batch, channels), got 1", "bottom[0]"),
    ],
)
def test_faults(bottoms: list[Shape], why: str, field: str) -> None:
    check_fault(why, field, 'type: "Axpy"', *bottoms)
