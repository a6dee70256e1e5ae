"""What is odd about a convolution on its own."""

from __future__ import annotations

import pytest

import protogen
from protogen.checks import check
from tests.checks.conftest import image, layer, told


def convolved(size: int, text: str, channels: int = 4) -> str:
    return image(channels, size) + layer("conv", "Convolution", "data", convolution_param=text)


@pytest.mark.parametrize(
    ("size", "text", "expected"),
    [
        (
            52,
            "num_output: 2 kernel_size: 3 stride: 2",
            'note[S201] layer "conv" (Convolution): the last 1 of 52 in height and width is never'
            " read: (52 - 3) / 2 leaves 1",
        ),
        (
            10,
            "num_output: 2 kernel_size: 4 stride: 4 pad_h: 1 pad_w: 0",
            'note[S201] layer "conv" (Convolution): the last 2 of 10 in width are never read:'
            " (10 - 4) / 4 leaves 2",
        ),
        (
            8,
            "num_output: 2 kernel_size: 1 stride: 2",
            'note[S202] layer "conv" (Convolution): a stride of 2 in height and width steps over 1'
            " of every 2 elements: its window spans 1",
        ),
        (
            8,
            "num_output: 2 kernel_size: 1 pad: 1",
            'warning[S203] layer "conv" (Convolution): a kernel of 1 with a pad of 1 in height and'
            " width makes a border of 1 that is the bias and nothing else",
        ),
        (
            2,
            "num_output: 2 kernel_size: 3 pad: 1",
            'note[S204] layer "conv" (Convolution): a kernel of 3 is larger than a height and width'
            " of 2; pad 1 makes it fit",
        ),
        (
            4,
            "num_output: 2 kernel_size: 3 pad: 2 dilation: 2",
            'note[S204] layer "conv" (Convolution): a kernel of 3 with dilation 2, which spans 5,'
            " is larger than a height and width of 4; pad 2 makes it fit",
        ),
        (
            8,
            "num_output: 8 kernel_size: 3 group: 4",
            'note[S205] layer "conv" (Convolution): 4 groups of 4 channels: Caffe computes them one'
            " by one",
        ),
        (
            8,
            "num_output: 2 kernel_size: 1 dilation: 2",
            'warning[S206] layer "conv" (Convolution): a dilation of 2 does nothing to a kernel of'
            " 1\n  hint:  take the dilation out",
        ),
    ],
)
def test_what_is_odd(size: int, text: str, expected: str) -> None:
    (found,) = told(convolved(size, text), "S2")
    assert found.partition(": ")[2] == expected


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (53, "num_output: 2 kernel_size: 3 stride: 2"),
        (224, "num_output: 2 kernel_size: 7 stride: 2 pad: 3"),  # only padding is left over
        (8, "num_output: 2 kernel_size: 2 stride: 2"),
        (8, "num_output: 2 kernel_size: 1"),
        (3, "num_output: 2 kernel_size: 3 pad: 1"),
        (8, "num_output: 4 kernel_size: 3 group: 2"),
        (8, "num_output: 2 kernel_h: 1 kernel_w: 3 dilation: 2"),
    ],
)
def test_what_is_not(size: int, text: str) -> None:
    assert told(convolved(size, text), "S2") == []


def test_the_dilation_is_taken_out_safely() -> None:
    net = protogen.loads(convolved(8, "num_output: 2 kernel_size: 1 dilation: 2"))
    (found,) = check(net, phases=["TEST"], select=["S206"]).diagnostics
    assert found.fix is not None
    assert found.fix.safe
    net.apply(found.fix.edits)
    param = net.message.layer[1].convolution_param
    assert (list(param.dilation), list(param.kernel_size)) == ([], [1])


NORM = layer("norm", "BatchNorm", "conv")


def test_a_bias_before_batch_norm() -> None:
    net = convolved(8, "num_output: 2 kernel_size: 3") + NORM
    assert told(net, "S207") == [
        'net.prototxt:5:3: note[S207] layer "conv" (Convolution): its bias is subtracted again by'
        ' the BatchNorm "norm"'
    ]


def test_a_bias_that_counts() -> None:
    bare = convolved(8, "num_output: 2 kernel_size: 3 bias_term: false") + NORM
    other = convolved(8, "num_output: 2 kernel_size: 3") + NORM + layer("relu", "ReLU", "conv")
    assert told(bare, "S207") == []
    assert told(other, "S207") == []
