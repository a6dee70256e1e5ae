from __future__ import annotations

import pytest

from tests.checks.nets import findings, pooled


@pytest.mark.parametrize(
    ("size", "text", "message"),
    [
        # A real Caffe produces tops of 1x3x1x1, 1x3x0x0 and 1x3x1x1.
        (
            2,
            "kernel_size: 3 stride: 2",
            "kernel 3 is larger than height and width 2: the only window extends past the edge",
        ),
        (
            5,
            "kernel_size: 7 stride: 2",
            "kernel 7 is larger than height and width 5: there are no windows, so the top is empty",
        ),
        (
            1,
            "kernel_size: 4 stride: 2 pad: 1",
            "kernel 4 is larger than height and width 1 with pad 1: the only window extends past"
            " the edge",
        ),
    ],
)
def test_the_whole_message(size: int, text: str, message: str) -> None:
    assert findings(pooled(size, text), "P106") == [
        f'net.prototxt:5:19: warning[P106] layer "pool" (Pooling): {message}'
    ]


def test_a_kernel_as_large_as_the_bottom() -> None:
    assert findings(pooled(3, "kernel_size: 3 stride: 2"), "P106") == []
    assert findings(pooled(2, "kernel_size: 4 stride: 2 pad: 1"), "P106") == []
