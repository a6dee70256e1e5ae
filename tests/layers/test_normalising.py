"""Softmax, LRN and MVN."""

from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer


@pytest.mark.parametrize(
    ("text", "bottom"),
    [
        ('"Softmax"', (64, 10)),
        ('"Softmax" softmax_param { axis: -1 }', (5,)),
        ('"Softmax"', (None, None, 4, 4)),
        ('"LRN"', (2, 96, 55, 55)),
        ('"LRN" lrn_param { local_size: 99 norm_region: WITHIN_CHANNEL }', (1, 2, 3, 3)),
        ('"MVN"', (2, 3, 4, 5)),
    ],
)
def test_they_keep_the_shape_in_place_too(text: str, bottom: Shape) -> None:
    assert infer(f"type: {text}", bottom).tops == (bottom,)
    assert infer(f"type: {text}", bottom, in_place=[0]).tops == (bottom,)


@pytest.mark.parametrize(
    ("bottom", "top"),
    [((5,), (5, 1, 1, 1)), ((2, 3), (2, 3, 1, 1)), ((2, None, 2), (2, None, 2, 1))],
)
def test_mvn_makes_4_axes(bottom: Shape, top: Shape) -> None:
    assert infer('type: "MVN"', bottom).tops == (top,)


@pytest.mark.parametrize(
    ("text", "bottom", "why"),
    [
        ('"Softmax"', (4,), "axis 1 is outside of a bottom with 1 axes"),
        ('"Softmax"', (4, 0), "the bottom along axis is 0: it has no elements"),
        ('"LRN" lrn_param { local_size: 4 }', (1, 2, 3, 3), "local_size 4 is not odd"),
        ('"LRN"', (2, 3, 4), r"takes a bottom of 4 axes \(N, C, H, W\), not 2x3x4"),
        ('"MVN"', (1, 2, 3, 4, 5), "at most 4 axes, not 1x2x3x4x5"),
        ('"MVN"', (2, 3, 0, 4), "what it sums over in its bottom is 0x4"),
        ('"MVN" mvn_param { across_channels: true }', (2, 0), "sums over in its bottom is 0x1x1"),
    ],
)
def test_faults(text: str, bottom: Shape, why: str) -> None:
    with pytest.raises(Fault, match=why):
        infer(f"type: {text}", bottom)
