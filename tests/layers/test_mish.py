"""Mish of darknet2caffe: one bottom, one top with its shape (mish_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_elementwise


def test_it_keeps_the_shape_in_place_too() -> None:
    check_elementwise("Mish")
