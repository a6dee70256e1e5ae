"""SpatialDropout of intel/caffe: it sets channels to 0 and keeps the shape."""

from __future__ import annotations

from tests.layers.conftest import check_elementwise


def test_it_keeps_the_shape_in_place_too() -> None:
    check_elementwise("SpatialDropout")
