"""Caffe's three kinds of rounding; the truth about pooling is a real Caffe's."""

from __future__ import annotations

import csv
import gzip

import pytest

from protogen.layers._windows import (
    convolved,
    deconvolved,
    empty_outputs,
    empty_windows,
    pooled,
    spatial,
)
from protogen.proto import ConvolutionParameter
from protogen.schema import Fault
from protogen.shapes import UNKNOWN
from tests.conftest import DATA


def test_pooling_is_as_a_real_caffe_has_it() -> None:
    with gzip.open(DATA / "pooling.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    assert len(rows) == 27920
    wrong = []
    for *numbers, mode, pool, made, garbage in rows:
        size, kernel, stride, pad = map(int, numbers)
        windows = pooled(size, kernel, stride, pad, floor=mode == "FLOOR", clip=pad > 0)
        empty = empty_windows(size, stride, pad, windows, average=pool == "AVE")
        if (windows, empty_outputs([windows] * 2, [empty] * 2)) != (int(made), int(garbage)):
            wrong.append((numbers, mode, pool, windows, empty))
    assert wrong == []


def test_empty_outputs_are_those_of_empty_rows_and_columns() -> None:
    assert empty_outputs((3, 4), (1, 0)) == 4
    assert empty_outputs((3, 4), (0, 1)) == 3
    assert empty_outputs((3, 4), (1, 1)) == 3 * 4 - 2 * 3
    assert empty_outputs((3, 4), (0, 0)) == 0


@pytest.mark.parametrize(
    ("numbers", "made"),
    [
        ((227, 11, 4, 0, 1), 55),  # AlexNet's conv1: 217 / 4 rounds down
        ((2, 3, 2, 0, 1), 1),  # -1 / 2 is 0 in C++ and -1 in Python
        ((5, 3, 1, 0, 2), 1),
        ((5, 3, 1, 2, 2), 5),
        ((1, 6, 1, 1, 1), -2),
    ],
)
def test_convolved_truncates(numbers: tuple[int, ...], made: int) -> None:
    assert convolved(*numbers) == made


@pytest.mark.parametrize(
    ("numbers", "made"), [((16, 64, 32, 0, 1), 544), ((19, 4, 2, 1, 1), 38), ((3, 3, 1, 0, 2), 7)]
)
def test_deconvolved(numbers: tuple[int, ...], made: int) -> None:
    assert deconvolved(*numbers) == made


@pytest.mark.parametrize(
    ("numbers", "clip", "made"),
    [
        ((7, 2, 2, 0), False, 4),
        ((4, 1, 2, 0), False, 3),  # the last window starts at 4, past the edge
        ((4, 1, 2, 0), True, 2),  # which a pad of the other axis cuts off
        ((55, 3, 2, 0), False, 27),
        ((2, 3, 2, 0), False, 1),
    ],
)
def test_pooled_rounds_up(numbers: tuple[int, ...], clip: bool, made: int) -> None:
    assert pooled(*numbers, clip=clip) == made


def test_what_is_not_known_stays_unknown() -> None:
    assert convolved(UNKNOWN, 3, 2, 1, 1) is UNKNOWN
    assert deconvolved(UNKNOWN, 3, 2, 1, 1) is UNKNOWN
    assert pooled(UNKNOWN, 3, 2, 1) is UNKNOWN


@pytest.mark.parametrize(
    ("text", "values"), [([], (7, 7, 7)), ([2], (2, 2, 2)), ([1, 2, 3], (1, 2, 3))]
)
def test_a_field_is_given_once_or_for_each_axis(text: list[int], values: tuple[int, ...]) -> None:
    assert spatial(ConvolutionParameter(pad=text), "pad", 3, default=7) == values


def test_a_field_given_for_some_axes_only() -> None:
    with pytest.raises(Fault, match="pad is given 2 times for 3 spatial axes; give it once"):
        spatial(ConvolutionParameter(pad=[1, 2]), "pad", 3, default=0)
