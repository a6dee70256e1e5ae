"""RegionLoss of intel/caffe and eric612 (region_loss_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def test_the_top_is_a_scalar_whatever_the_bottoms_are() -> None:
    assert infer('type: "RegionLoss"', (8, 125, 13, 13), (8, 150)).tops == ((),)
    assert infer('type: "RegionLoss"', (8, 125, 13, 13), (7, 150)).tops == ((),)
    assert infer('type: "RegionLoss"', None, None).tops == ((),)
    check_fault("expected 2 bottoms, got 1", "bottom", 'type: "RegionLoss"', (8, 125))
