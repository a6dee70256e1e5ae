"""Reorg of the YOLO forks (reorg_layer.cpp): blocks of stride * stride pixels become channels."""

from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, infer


def layer(param: str) -> str:
    return f'type: "Reorg" reorg_param {{ {param} }}'


@pytest.mark.parametrize(
    ("param", "bottom", "top"),
    [
        ("stride: 2", (1, 64, 26, 26), (1, 256, 13, 13)),
        ("stride: 2", (1, 64, 27, 26), (1, 256, 13, 13)),  # the last row is left out
        ("stride: 2 reverse: true", (1, 256, 13, 13), (1, 64, 26, 26)),
        ("stride: 2", (None, 64, None, 26), (None, 256, None, 13)),
    ],
)
def test_shapes(param: str, bottom: Shape, top: Shape) -> None:
    assert infer(layer(param), bottom).tops == (top,)


def test_it_needs_a_stride_and_another_top() -> None:
    maps = (1, 64, 26, 26)
    check_fault("stride is missing", "reorg_param.stride", layer(""), maps)
    check_fault("does not work in place", "top[0]", layer("stride: 2"), maps, in_place=[0])
