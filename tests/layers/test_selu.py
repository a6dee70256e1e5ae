"""SeLu of soeaver's nets: elementwise, so the top has the shape of the bottom."""

from __future__ import annotations

from tests.layers.conftest import check_elementwise


def test_it_keeps_the_shape_in_place_too() -> None:
    check_elementwise("SeLu")
