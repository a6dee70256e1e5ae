from __future__ import annotations

from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("Silence")


def test_it_has_no_tops() -> None:
    assert infer('type: "Silence"', (6,), (2, 3), tops=0).tops == ()
    check_fault("expected no tops, got 1", "top[0]", 'type: "Silence"', (6,))
    check_fault("expected at least 1 bottom, got 0", "bottom", 'type: "Silence"', tops=0)
