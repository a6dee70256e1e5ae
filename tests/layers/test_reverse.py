"""Reverse, as two real Caffes answer (`real_caffe.py` and its engine sophgo)."""

from __future__ import annotations

import pytest

from protogen.schema import Facts
from tests.layers.conftest import check_fault, infer


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_shape_stays(axis: int) -> None:
    text = f'type: "Reverse" reverse_param {{ axis: {axis} }}'
    assert infer(text, (5, 2, 3)) == Facts(((5, 2, 3),), macs=0)


@pytest.mark.parametrize("axis", [3, -1, -3])
def test_an_axis_counts_from_the_front(axis: int) -> None:
    text = f'type: "Reverse" reverse_param {{ axis: {axis} }}'
    why = f"axis must be from 0 to 2, got {axis}: bottom 0 has 3 axes"
    check_fault(why, "reverse_param.axis", text, (5, 2, 3))


def test_it_does_not_work_in_place() -> None:
    check_fault("does not work in place", "top[0]", 'type: "Reverse"', (5, 2, 3), in_place=[0])
