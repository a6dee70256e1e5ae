from __future__ import annotations

from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("Split")


def test_every_top_is_a_copy() -> None:
    assert infer('type: "Split"', (6, None), tops=3).tops == ((6, None),) * 3


def test_faults() -> None:
    check_fault("expected at least 1 top, got 0", "top", 'type: "Split"', (6,), tops=0)
    check_fault("does not work in place", "top[0]", 'type: "Split"', (6,), in_place=[0])
