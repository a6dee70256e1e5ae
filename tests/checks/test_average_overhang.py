from __future__ import annotations

import pytest

from tests.checks.nets import findings, pooled


def test_the_whole_message() -> None:
    # Windows start at 0, 2, ..., 54: the last reads 54 and 55, and would end at 56.
    assert findings(pooled(56, "pool: AVE kernel_size: 3 stride: 2"), "P103") == [
        'net.prototxt:5:3: note[P103] layer "pool" (Pooling): in each direction, the last window'
        " extends past the edge by 1; Caffe divides by 2 there instead of 3"
    ]


def test_one_direction() -> None:
    (text,) = findings(pooled(56, "pool: AVE kernel_size: 3 stride: 2", width=57), "P103")
    assert "along the height, the last window" in text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (56, "pool: MAX kernel_size: 3 stride: 2"),
        (57, "pool: AVE kernel_size: 3 stride: 2"),
        (56, "pool: AVE kernel_size: 3 stride: 2 round_mode: FLOOR"),
        (7, "pool: AVE kernel_size: 3 stride: 2 pad: 1"),  # padding counts in the divisor
    ],
)
def test_windows_that_end_within_the_padding(size: int, text: str) -> None:
    assert findings(pooled(size, text), "P103") == []
