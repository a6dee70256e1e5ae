from __future__ import annotations

import pytest

from tests.checks.nets import convolved, findings


def test_the_whole_message() -> None:
    assert findings(convolved(2, "num_output: 2 kernel_size: 3 pad: 1"), "S204") == [
        'net.prototxt:5:37: note[S204] layer "conv" (Convolution): kernel 3 is larger than height'
        " and width 2; it fits only with pad 1"
    ]


@pytest.mark.parametrize(
    ("size", "text", "message"),
    [
        (
            4,
            "kernel_size: 3 pad: 2 dilation: 2",
            "kernel 3 with dilation 2 spans 5, which is larger than height and width 4; it fits"
            " only with pad 2",
        ),
        # (2 - 3) / 2 is truncated to 0: a real Caffe produces a top of 1x2x1x1.
        (
            2,
            "kernel_size: 3 stride: 2",
            "kernel 3 is larger than height and width 2; the only window extends past the edge",
        ),
    ],
)
def test_dilated_kernels_and_single_windows(size: int, text: str, message: str) -> None:
    (found,) = findings(convolved(size, f"num_output: 2 {text}"), "S204")
    assert found.endswith(message)


def test_a_kernel_as_large_as_the_image() -> None:
    assert findings(convolved(3, "num_output: 2 kernel_size: 3 pad: 1"), "S204") == []
