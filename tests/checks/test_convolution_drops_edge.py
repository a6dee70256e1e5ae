from __future__ import annotations

import pytest

from tests.checks.nets import convolved, findings


def test_the_whole_message() -> None:
    # Windows start at 0, 2, ..., 48, and the last ends at 50: element 51 is in none.
    assert findings(convolved(52, "num_output: 2 kernel_size: 3 stride: 2"), "S201") == [
        'net.prototxt:5:52: note[S201] layer "conv" (Convolution): the last row and column are'
        " never read: (52 - 3) / 2 = 24.5, which Caffe rounds down to 24"
    ]


def test_one_axis() -> None:
    # Windows start at 0 and 4, and the last ends at 7.
    net = convolved(10, "num_output: 2 kernel_size: 4 stride: 4 pad_h: 1 pad_w: 0")
    (text,) = findings(net, "S201")
    assert "the last 2 columns are never read: (10 - 4) / 4 = 1.5, which Caffe rounds" in text


def test_padding_in_the_equation() -> None:
    # Windows start at -1, 3 and 7, and the last ends at 9.
    (text,) = findings(convolved(11, "num_output: 2 kernel_size: 3 stride: 4 pad: 1"), "S202")
    assert "stride 4 is larger than kernel 3" in text
    (text,) = findings(convolved(12, "num_output: 2 kernel_size: 4 stride: 4 pad: 1"), "S201")
    assert "the last row and column are never read: (12 + 2*1 - 4) / 4 = 2.5" in text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (53, "num_output: 2 kernel_size: 3 stride: 2"),
        (224, "num_output: 2 kernel_size: 7 stride: 2 pad: 3"),  # only padding is left over
        (8, "num_output: 2 kernel_size: 2 stride: 2"),
    ],
)
def test_everything_is_read(size: int, text: str) -> None:
    assert findings(convolved(size, text), "S201") == []
