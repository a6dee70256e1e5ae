"""Downsample of lmb-freiburg/flownet2 (src/caffe/layers/downsample_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import infer


def test_a_size_or_that_of_the_second_bottom() -> None:
    text = 'type: "Downsample" downsample_param { top_height: 80 top_width: 112 }'
    assert infer(text, (8, 2, 320, 448)).tops == ((8, 2, 80, 112),)
    assert infer('type: "Downsample"', (8, 2, 320, 448), (8, 64, 5, 7)).tops == ((8, 2, 5, 7),)
