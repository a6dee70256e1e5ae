"""Caffe's part was asked of a real one: it loads such a net, and crashes with SIGFPE in forward."""

from __future__ import annotations

import pytest

from tests.checks.nets import convolved, findings


def upsampled(fields: str) -> str:
    text = convolved(8, f"num_output: 2 kernel_size: 3 {fields}")
    return text.replace('"Convolution"', '"Deconvolution"')


def test_the_whole_message() -> None:
    assert findings(upsampled("stride_h: 2"), "S212") == [
        'net.prototxt:5:52: warning[S212] layer "conv" (Deconvolution): stride_w is 0, because only'
        " stride_h is given; Caffe crashes in the first forward pass\n"
        "  hint:  give both, or stride"
    ]


def test_the_other_axis() -> None:
    (text,) = findings(upsampled("stride_w: 2"), "S212")
    assert "stride_h is 0, because only stride_w is given" in text


def test_a_stride_that_is_written_as_0() -> None:
    (text,) = findings(upsampled("stride_h: 2 stride_w: 0"), "S212")
    assert "stride_w is 0; Caffe crashes" in text


@pytest.mark.parametrize("fields", ["", "stride: 2", "stride_h: 2 stride_w: 1"])
def test_both_strides(fields: str) -> None:
    assert findings(upsampled(fields), "S212") == []


def test_a_convolution_is_rejected_already() -> None:
    assert findings(convolved(8, "num_output: 2 kernel_size: 3 stride_h: 2"), "S212") == []
