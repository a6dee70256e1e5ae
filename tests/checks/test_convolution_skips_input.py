from __future__ import annotations

from tests.checks.nets import convolved, findings


def test_the_whole_message() -> None:
    assert findings(convolved(8, "num_output: 2 kernel_size: 1 stride: 2"), "S202") == [
        'net.prototxt:5:52: note[S202] layer "conv" (Convolution): stride 2 is larger than kernel'
        " 1: 1 of every 2 rows and columns is in no window"
    ]


def test_a_dilated_kernel() -> None:
    # A window spans 2*(2 - 1) + 1 = 3 elements, and the next one starts after 5.
    net = convolved(20, "num_output: 2 kernel_size: 2 dilation: 2 stride_h: 1 stride_w: 5")
    (text,) = findings(net, "S202")
    assert "stride 5 is larger than kernel 2 with dilation 2, which spans 3" in text
    assert "2 of every 5 columns are in no window" in text


def test_a_stride_within_the_kernel() -> None:
    assert findings(convolved(8, "num_output: 2 kernel_size: 2 stride: 2"), "S202") == []
    assert findings(convolved(1, "num_output: 2 kernel_size: 1 stride: 2"), "S202") == []
