from __future__ import annotations

import pytest

from tests.checks.nets import convolved, findings


def test_the_whole_message() -> None:
    assert findings(convolved(8, "num_output: 2 kernel_size: 1 pad: 1"), "S203") == [
        'net.prototxt:5:52: warning[S203] layer "conv" (Convolution): pad 1 around kernel 1 adds 2'
        " rows and columns with nothing but the bias"
    ]


@pytest.mark.parametrize(
    ("size", "text", "message"),
    [
        # Windows start at -1, 1, 3, 5 and 7, all but the first inside.
        (8, "pad_h: 1 pad_w: 0 stride: 2", "adds 1 row with nothing but the bias"),
        # Windows start at -2, -1, 0, ..., 9, and four of them outside.
        (8, "pad_h: 0 pad_w: 2 bias_term: false", "adds 4 columns with nothing but zeros"),
    ],
)
def test_the_number_of_rows(size: int, text: str, message: str) -> None:
    (found,) = findings(convolved(size, f"num_output: 2 kernel_size: 1 {text}"), "S203")
    assert found.endswith(message)


def test_a_larger_kernel_and_no_pad() -> None:
    assert findings(convolved(3, "num_output: 2 kernel_size: 3 pad: 1"), "S203") == []
    assert findings(convolved(8, "num_output: 2 kernel_size: 1"), "S203") == []
