"""Averages that overhang, kernels that leave something over, kernels that are too large."""

from __future__ import annotations

import pytest

from tests.checks.conftest import image, layer, told


def pooled(size: int, text: str) -> str:
    return image(3, size) + layer("pool", "Pooling", "data", pooling_param=text)


def test_average_overhang() -> None:
    assert told(pooled(56, "pool: AVE kernel_size: 3 stride: 2"), "P103") == [
        'net.prototxt:5:3: note[P103] layer "pool" (Pooling): the last window of its height and'
        " width overhangs by 1, and is divided by 2 where the others are by 3"
    ]


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (56, "pool: MAX kernel_size: 3 stride: 2"),
        (57, "pool: AVE kernel_size: 3 stride: 2"),
        (56, "pool: AVE kernel_size: 3 stride: 2 round_mode: FLOOR"),
        (7, "pool: AVE kernel_size: 3 stride: 2 pad: 1"),  # padding counts in the divisor
    ],
)
def test_no_average_overhang(size: int, text: str) -> None:
    assert told(pooled(size, text), "P103") == []


def test_pad_reaches_kernel() -> None:
    (text,) = told(pooled(5, "kernel_size: 2 pad: 2"), "P104")
    assert text.endswith("(Pooling): pad must be less than the kernel size 2, got 2")


@pytest.mark.parametrize(
    ("size", "text", "said"),
    [
        (8, "pool: AVE kernel_size: 7 stride: 7", "a second window holds only 1"),
        (8, "kernel_size: 7 stride: 7 round_mode: FLOOR", "the last is in no window"),
        (9, "kernel_size: 7 stride: 4 round_mode: FLOOR", "the last 2 are in no window"),
    ],
)
def test_global_pooling_leftover(size: int, text: str, said: str) -> None:
    (told_text,) = told(pooled(size, text), "P105")
    assert told_text.partition(": ")[2] == (
        'warning[P105] layer "pool" (Pooling): its kernel of 7 takes nearly all of a height and'
        f" width of {size}: {said}\n"
        f"  hint:  global_pooling: true takes all {size}"
    )


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (7, "pool: AVE kernel_size: 7 stride: 1"),
        (8, "pool: AVE global_pooling: true"),
        (14, "kernel_size: 7 stride: 7"),
        (4, "kernel_size: 3 stride: 2"),
        (8, "pool: AVE kernel_size: 7 stride: 1"),  # two whole windows
    ],
)
def test_no_leftover(size: int, text: str) -> None:
    assert told(pooled(size, text), "P105") == []


@pytest.mark.parametrize(
    ("size", "text", "said"),
    [
        # A real Caffe makes 1x3x1x1 of the first and 1x3x0x0 of the second.
        (2, "kernel_size: 3 stride: 2", "2: one window overhangs"),
        (5, "kernel_size: 7 stride: 2", "5: there are no windows at all"),
        (1, "kernel_size: 4 stride: 2 pad: 1", "1 with pad 1: one window overhangs"),
    ],
)
def test_kernel_exceeds_bottom(size: int, text: str, said: str) -> None:
    (told_text,) = told(pooled(size, text), "P106")
    assert "warning[P106]" in told_text
    assert told_text.endswith(f"is larger than a height and width of {said}")


def test_a_kernel_as_large_as_the_bottom() -> None:
    assert told(pooled(3, "kernel_size: 3 stride: 2"), "P106") == []
    assert told(pooled(2, "kernel_size: 4 stride: 2 pad: 1"), "P106") == []
