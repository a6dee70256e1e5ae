from __future__ import annotations

from tests.layers.conftest import check_elementwise, check_fault, check_rows


def test_rows_of_a_real_caffe() -> None:
    check_rows("Clip")


def test_it_keeps_the_shape_in_place_too() -> None:
    check_elementwise("Clip")


def test_both_limits_are_required() -> None:
    text = 'type: "Clip" clip_param { min: 0 }'
    check_fault("clip_param.max is missing", "clip_param.max", text, (3,))
