"""Transpose of tianzhi0549/CTPN (caffe/src/caffe/layers/transpose_layer.cpp)."""

from __future__ import annotations

import pytest

from tests.layers.conftest import check_fault, infer

TEXT = 'type: "Transpose" transpose_param { dim: 3 dim: 0 dim: 2 dim: 1 }'


def test_axes_are_put_in_another_order() -> None:
    # The comment at the field: NxCxHxW becomes WxNxHxC.
    assert infer(TEXT, (1, 128, 4, 35)).tops == ((35, 1, 4, 128),)
    assert infer(TEXT, (None, 128, 4, 35)).tops == ((35, None, 4, 128),)


@pytest.mark.parametrize(
    ("dims", "why", "field"),
    [
        ("dim: 1 dim: 0", "dim has 2 values for 3 axes", "dim"),
        ("", "dim has 0 values for 3 axes", "dim"),
        ("dim: 0 dim: 1 dim: 1", "dim must name each axis from 0 to 2 once, got", "dim[2]"),
        ("dim: 0 dim: 3 dim: 1", "dim must name each axis from 0 to 2 once, got", "dim[1]"),
    ],
)
def test_faults(dims: str, why: str, field: str) -> None:
    text = f'type: "Transpose" transpose_param {{ {dims} }}'
    check_fault(why, f"transpose_param.{field}", text, (2, 3, 4))


def test_it_does_not_work_in_place() -> None:
    check_fault("does not work in place", "top[0]", TEXT, (1, 2, 3, 4), in_place=[0])
