"""Downsample of lmb-freiburg/flownet2 (src/caffe/layers/downsample_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def test_a_size_or_that_of_the_second_bottom() -> None:
    text = 'type: "Downsample" downsample_param { top_height: 80 top_width: 112 }'
    assert infer(text, (8, 2, 320, 448)).tops == ((8, 2, 80, 112),)
    assert infer('type: "Downsample"', (8, 2, 320, 448), (8, 64, 5, 7)).tops == ((8, 2, 5, 7),)


def test_a_size_is_needed() -> None:
    """``CHECK_GE(top_height_, 1)``; both fields are 0 by default."""
    fault = "must be greater than 0, got 0; give top_height and top_width, or a second bottom"
    text = 'type: "Downsample" downsample_param { top_width: 112 }'
    check_fault(f"top_height {fault}", "downsample_param.top_height", text, (8, 2, 320, 448))
    text = 'type: "Downsample"'
    check_fault(f"width {fault}", "bottom[1]", text, (8, 2, 320, 448), (8, 64, 5, 0))
