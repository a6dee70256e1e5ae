"""Gather of yjxiong/caffe (src/caffe/layers/gather_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def test_the_batch_depends_on_the_number_of_processes() -> None:
    assert infer('type: "Gather"', (32, 1024), (32,), tops=2).tops == ((None, 1024), (None,))
    why = "expected one top for each bottom, got 2 bottoms and 1 top"
    check_fault(why, "top", 'type: "Gather"', (32, 1024), (32,))
