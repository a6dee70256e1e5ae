"""The sizes in other frameworks are those of their formulas, computed by hand."""

from __future__ import annotations

import pytest

from tests.checks.nets import findings, layer, pooled


def test_rounding_up() -> None:
    assert findings(pooled(75, "kernel_size: 2 stride: 2"), "P102") == [
        'net.prototxt:5:3: note[P102] layer "pool" (Pooling): height and width 75 become 38:'
        " (75 - 2) / 2 = 36.5, which Caffe rounds up to 37, plus 1\n"
        "  why:   PyTorch, ONNX and TensorFlow (VALID) round down by default and produce 37; the"
        " last window of Caffe covers 1 of 2 elements"
    ]


def test_one_axis_with_padding() -> None:
    assert findings(pooled(8, "kernel_size: 3 stride: 2 pad: 1", width=9), "P102") == [
        'net.prototxt:5:3: note[P102] layer "pool" (Pooling): height 8 becomes 5:'
        " (8 + 2*1 - 3) / 2 = 3.5, which Caffe rounds up to 4, plus 1\n"
        "  why:   PyTorch and ONNX round down by default and produce 4; the last window of Caffe"
        " covers 1 of 3 elements"
    ]


def test_a_quotient_whose_decimals_do_not_end() -> None:
    (text,) = findings(pooled(9, "kernel_size: 2 stride: 3"), "P102")
    assert "become 4: (9 - 2) / 3 = 2 1/3, which Caffe rounds up to 3, plus 1" in text


def test_a_kernel_that_other_frameworks_reject() -> None:
    (text,) = findings(pooled(2, "kernel_size: 3 stride: 2"), "P102")
    assert "become 1: (2 - 3) / 2 = -0.5, which Caffe rounds up to 0, plus 1" in text
    assert "round down by default and reject the kernel" in text


@pytest.mark.parametrize("field", ["round_mode: FLOOR", "ceil_mode: false"])
def test_rounding_down(field: str) -> None:
    assert findings(pooled(75, f"kernel_size: 2 stride: 2 {field}", width=76), "P102") == [
        'net.prototxt:5:3: note[P102] layer "pool" (Pooling): height 75 becomes 37:'
        " (75 - 2) / 2 = 36.5, which is rounded down to 36, plus 1; the last row is in no window"
    ]


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (76, "kernel_size: 2 stride: 2"),
        (113, "kernel_size: 3 stride: 2"),
        (5, "kernel_size: 2 stride: 2 pad: 1"),  # rounded up, and the last window is dropped again
        (8, "kernel_size: 3 stride: 2 pad: 1 round_mode: FLOOR"),  # only padding is left out
        (7, "global_pooling: true"),
    ],
)
def test_windows_that_divide_evenly(size: int, text: str) -> None:
    assert findings(pooled(size, text), "P102") == []


def test_an_unknown_size() -> None:
    data = (
        'layer { name: "data" type: "Data" top: "data"'
        ' data_param { source: "db" batch_size: 1 } }\n'
    )
    pool = layer("pool", "Pooling", "data", pooling_param="kernel_size: 2 stride: 2")
    assert findings(data + pool, "P102") == []
    assert len(findings(data + pool, "P102", inputs={"data": (1, 3, 5, 5)})) == 1
