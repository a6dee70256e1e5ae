"""How Caffe convolves an axis: sizes, windows, what is never read, and the other way round."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from protogen.diagnostics import ProtogenError
from protogen.reports.convolution import (
    ConvolutionAxis,
    Settings,
    convolution_axes,
    settings_for,
)


def axis(size: int, *settings: int, transposed: bool = False) -> ConvolutionAxis:
    pairs: list[Any] = [(n, n) for n in Settings(*settings)]
    return convolution_axes((size, size), *pairs, transposed=transposed)[0]


def test_sizes_of_papers() -> None:
    assert axis(227, 11, 4).top == 55  # AlexNet, conv1
    assert axis(224, 7, 2, 3).top == 112  # GoogLeNet, conv1/7x7_s2
    assert axis(19, 3, 1, 6, 6).top == 19  # SSD, fc6 with dilation 6
    assert axis(16, 64, 32, transposed=True).top == 544  # FCN-32s, upscore


def test_windows_touch_every_dilation_th_element() -> None:
    dilated = axis(9, 3, 3, 0, 2)
    assert [list(dilated.window(index)) for index in range(dilated.top)] == [[0, 2, 4], [3, 5, 7]]
    assert dilated.untouched == [1, 6, 8]


def test_what_is_left_over_is_never_read() -> None:
    assert axis(8, 3, 2).untouched == [7]
    assert axis(7, 3, 2).untouched == []
    assert axis(7, 1, 2).untouched == [1, 3, 5]  # the 1x1 with stride 2 of a ResNet


def test_the_windows_of_a_deconvolution_lie_on_its_top() -> None:
    up = axis(3, 2, 3, transposed=True)
    assert (up.top, up.untouched) == (8, [2, 5])
    assert axis(4, 4, 2, 1, transposed=True).counts == [1, 2, 2, 2, 2, 2, 2, 1]


def test_the_counts_are_those_of_a_convolution_of_ones() -> None:
    for size, kernel, stride, pad in itertools.product(range(1, 9), (1, 2, 3), (1, 2), (0, 1)):
        if size + 2 * pad < kernel:
            continue
        each = axis(size, kernel, stride, pad)
        touched = sum(each.counts)
        padded = sum(not 0 <= p < size for i in range(each.top) for p in each.window(i))
        assert touched == each.top * kernel - padded


def test_a_window_that_does_not_fit_is_rejected() -> None:
    with pytest.raises(ProtogenError, match="Caffe rejects this Convolution: kernel 5 does not"):
        axis(3, 5)


@pytest.mark.parametrize(
    ("size", "wanted", "fixed", "transposed", "first"),
    [
        (56, 28, {}, False, (3, 2, 1, 1)),
        (224, 112, {"kernel": 7}, False, (7, 2, 3, 1)),
        (13, 13, {"kernel": 3}, False, (3, 1, 1, 1)),
        (19, 19, {"kernel": 3, "dilation": 6}, False, (3, 1, 6, 1 * 6)),
        (14, 28, {"kernel": 4}, True, (4, 2, 1, 1)),
        (1, 7, {}, True, None),
    ],
)
def test_the_plainest_window_comes_first(
    size: int, wanted: int, fixed: dict[str, int], transposed: bool, first: tuple[int, ...] | None
) -> None:
    answers = settings_for(size, wanted, fixed, transposed=transposed)
    assert all(answer.top == wanted for answer in answers)
    if first is not None:
        assert tuple(answers[0].settings) == first
    assert answers


def test_nothing_makes_a_large_image_of_one_pixel_without_a_stride() -> None:
    assert settings_for(1, 100, {"stride": 1, "kernel": 3}) == []


def test_a_huge_axis_takes_no_time() -> None:
    one = (1, 1)
    height, _ = convolution_axes((1_000_000, 1), (1000, 1), one, (0, 0), one)
    assert height.is_large
    assert settings_for(1_000_000, 10, {})[0].top == 10
