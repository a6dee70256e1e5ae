"""Sizes elsewhere are those of the other frameworks' formulas, worked out by hand."""

from __future__ import annotations

import pytest

from tests.checks.conftest import image, layer, told


def pooled(height: int, width: int, text: str) -> str:
    return image(3, height, width) + layer("pool", "Pooling", "data", pooling_param=text)


def test_up() -> None:
    assert told(pooled(75, 75, "kernel_size: 2 stride: 2"), "P102") == [
        'net.prototxt:5:3: note[P102] layer "pool" (Pooling): a height and width of 75 becomes 38:'
        " (75 - 2) / 2 leaves 1, and Caffe rounds 37 up\n"
        "  why:   PyTorch and ONNX with ceil_mode off, and TensorFlow's VALID make 37; the last"
        " window here covers 1 of 2 elements"
    ]


def test_one_axis_with_padding() -> None:
    assert told(pooled(8, 9, "kernel_size: 3 stride: 2 pad: 1"), "P102") == [
        'net.prototxt:5:3: note[P102] layer "pool" (Pooling): a height of 8 becomes 5:'
        " (8 + 2*1 - 3) / 2 leaves 1, and Caffe rounds 4 up\n"
        "  why:   PyTorch and ONNX with ceil_mode off make 4; the last window here covers 1 of 3"
        " elements"
    ]


def test_down_where_something_is_left_out() -> None:
    assert told(pooled(75, 76, "kernel_size: 2 stride: 2 round_mode: FLOOR"), "P102") == [
        'net.prototxt:5:3: note[P102] layer "pool" (Pooling): a height of 75 becomes 37:'
        " (75 - 2) / 2 leaves 1, FLOOR rounds it down, and the last is in no window"
    ]


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (76, "kernel_size: 2 stride: 2"),
        (113, "kernel_size: 3 stride: 2"),
        (5, "kernel_size: 2 stride: 2 pad: 1"),  # rounded up, and clipped again
        (8, "kernel_size: 3 stride: 2 pad: 1 round_mode: FLOOR"),  # only padding is left out
        (7, "global_pooling: true"),
    ],
)
def test_even_windows(size: int, text: str) -> None:
    assert told(pooled(size, size, text), "P102") == []


def test_a_size_that_is_not_known() -> None:
    data = (
        'layer { name: "data" type: "Data" top: "data"'
        ' data_param { source: "db" batch_size: 1 } }\n'
    )
    pool = layer("pool", "Pooling", "data", pooling_param="kernel_size: 2 stride: 2")
    assert told(data + pool, "P102") == []
    told_size = told(data + pool, "P102", inputs={"data": (1, 3, 5, 5)})
    assert len(told_size) == 1
