from __future__ import annotations

import pytest

from tests.checks.nets import findings, fixed, pooled


@pytest.mark.parametrize(
    ("size", "text", "fact"),
    [
        (8, "pool: AVE kernel_size: 7 stride: 7", "a second window has only 1 element"),
        (
            8,
            "kernel_size: 7 stride: 7 round_mode: FLOOR",
            "the last row and column are in no window",
        ),
        (
            9,
            "kernel_size: 7 stride: 4 round_mode: FLOOR",
            "the last 2 rows and columns are in no window",
        ),
    ],
)
def test_the_whole_message(size: int, text: str, fact: str) -> None:
    assert [each.partition(": ")[2] for each in findings(pooled(size, text), "P105")] == [
        'warning[P105] layer "pool" (Pooling): kernel 7 covers nearly all of height and width'
        f" {size}: {fact}\n"
        f"  hint:  set global_pooling: true, which covers all {size}"
    ]


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (7, "pool: AVE kernel_size: 7 stride: 1"),
        (8, "pool: AVE global_pooling: true"),
        (14, "kernel_size: 7 stride: 7"),
        (4, "kernel_size: 3 stride: 2"),
        (8, "pool: AVE kernel_size: 7 stride: 1"),  # two whole windows
    ],
)
def test_poolings_that_leave_nothing_over(size: int, text: str) -> None:
    assert findings(pooled(size, text), "P105") == []


def test_the_fix_replaces_the_window() -> None:
    text = fixed(pooled(8, "pool: AVE kernel_size: 7 stride: 7"), "P105")
    assert "pooling_param { pool: AVE global_pooling: true }" in text
