from __future__ import annotations

from tests.layers.conftest import check_elementwise, check_fault, check_rows


def test_rows_of_a_real_caffe() -> None:
    check_rows("AbsVal")


def test_it_keeps_the_shape_but_not_in_place() -> None:
    check_elementwise("AbsVal", in_place=False)
    check_fault("does not work in place", "top[0]", 'type: "AbsVal"', (2, 3), in_place=[0])
