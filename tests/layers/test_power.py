from __future__ import annotations

from tests.layers.conftest import check_elementwise, check_rows


def test_rows_of_a_real_caffe() -> None:
    check_rows("Power")


def test_it_keeps_the_shape_in_place_too() -> None:
    check_elementwise("Power")
