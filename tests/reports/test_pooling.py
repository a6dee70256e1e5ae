"""Sizes of a real Caffe, and of other frameworks according to their documentation."""

from __future__ import annotations

import csv
import gzip

import pytest

from protogen.diagnostics import ProtogenError
from protogen.reports.pooling import Axis, framework_sizes, pooling_axes
from tests.conftest import DATA


def square(size: int, kernel: int, stride: int, pad: int, **more: object) -> Axis:
    each = [(n, n) for n in (size, kernel, stride, pad)]
    return pooling_axes(*each, **more)[0]  # type: ignore[arg-type]


def garbage(axis: Axis, pool: str) -> int:
    """How many outputs of a square pooling are -FLT_MAX (MAX) or not finite (AVE)."""
    empty = [w for w in axis.windows() if w.kind == "empty"]
    if pool == "AVE":  # 0 / 0 is NaN, 0 / -1 is only -0
        empty = [w for w in empty if w.divisor == 0]
    return axis.pooled**2 - (axis.pooled - len(empty)) ** 2


def test_sizes_and_empty_windows_are_those_of_a_real_caffe() -> None:
    with gzip.open(DATA / "pooling.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 27920
    wrong = []
    for row in rows:
        axis = square(
            *(int(row[key]) for key in ("size", "kernel", "stride", "pad")),
            pool=row["pool"],
            floor=row["round_mode"] == "FLOOR",
        )
        got = (axis.pooled, garbage(axis, row["pool"]))
        if got != (int(row["pooled"]), int(row["empty_windows"])):
            wrong.append((row, got))
    assert wrong == []


@pytest.mark.parametrize(
    ("numbers", "kinds", "divisors"),
    [
        ((5, 2, 2, 0), ["whole", "whole", "overhang"], [2, 2, 1]),
        ((4, 3, 2, 1), ["padded", "whole", "overhang"], [3, 3, 2]),
        ((4, 1, 2, 0), ["whole", "whole", "empty"], [1, 1, 0]),
        ((2, 1, 3, 0), ["whole", "empty"], [1, -1]),
        ((7, 3, 2, 1), ["padded", "whole", "whole", "padded"], [3, 3, 3, 3]),
    ],
)
def test_the_kind_of_each_window(
    numbers: tuple[int, int, int, int], kinds: list[str], divisors: list[int]
) -> None:
    windows = list(square(*numbers).windows())
    assert [w.kind for w in windows] == kinds
    assert [w.divisor for w in windows] == divisors


def test_padding_of_one_axis_clips_the_other() -> None:
    # A real Caffe pools 1x1x4x4 to 1x1x3x2. Without the height's padding, the width would be 3.
    height, width = pooling_axes((4, 4), (3, 1), (2, 2), (1, 0))
    assert (height.pooled, width.pooled) == (3, 2)


@pytest.mark.parametrize(
    ("numbers", "sizes"),
    [
        # size, kernel, stride, pad -> PyTorch off, on; ONNX off, on from opset 22, on before
        ((5, 2, 2, 0), (2, 3, 2, 3, 3)),
        ((4, 1, 2, 0), (2, 2, 2, 2, 3)),  # the last window would start past the image
        ((5, 2, 2, 1), (3, 3, 3, 3, 4)),
        ((9, 4, 4, 2), (3, 3, 3, 3, 4)),  # as reported of PyTorch's AvgPool2d: 3, not 4
        ((2, 3, 2, 0), (None, 1, None, 1, 1)),
        ((5, 2, 1, 0), (4, 4, 4, 4, 4)),
    ],
)
def test_the_size_in_other_frameworks(
    numbers: tuple[int, int, int, int], sizes: tuple[int | None, ...]
) -> None:
    rows = framework_sizes(square(*numbers))
    assert tuple(row.size for row in rows[2:7]) == sizes


def test_pytorch_rejects_a_pad_above_half_the_kernel() -> None:
    pytorch = [row for row in framework_sizes(square(7, 3, 1, 2)) if row.framework == "PyTorch"]
    assert [(row.size, row.note) for row in pytorch] == [
        (None, "rejects a pad above half the kernel")
    ] * 2


def test_tensorflow_has_no_number_for_padding() -> None:
    # Its documentation: ceil((7 - 3 + 1) / 2) for VALID, ceil(7 / 2) for SAME.
    assert [row.size for row in framework_sizes(square(7, 3, 2, 0))][-2:] == [3, 4]
    assert "TensorFlow" not in {row.framework for row in framework_sizes(square(7, 3, 2, 1))}


def test_a_pooling_that_caffe_rejects() -> None:
    with pytest.raises(
        ProtogenError,
        match="Caffe rejects this pooling: pad must be less than the kernel size 2, got 2",
    ):
        square(5, 2, 1, 2)
