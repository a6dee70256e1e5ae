"""Caffe's three kinds of rounding; for pooling, the expected values are those of a real Caffe."""

from __future__ import annotations

import csv
import gzip
import math

import pytest
from google.protobuf import text_format

from protogen import layers, proto
from protogen.schema import Context, Fault
from protogen.shapes import UNKNOWN, Shape
from protogen.windows import (
    Axis,
    convolution_size,
    convolution_window,
    deconvolution_size,
    empty_average,
    empty_outputs,
    empty_windows,
    per_axis,
    pooling_size,
    pooling_window,
    written_field,
)
from tests.conftest import DATA


def context(text: str, bottom: Shape) -> Context:
    layer = text_format.Parse(text, proto.LayerParameter())
    schema = layers.find(layer.type)
    assert schema is not None
    found = schema.context(layer, [bottom], 1, 0)
    assert found is not None
    return found


def test_poolings_of_a_real_caffe() -> None:
    with gzip.open(DATA / "pooling.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    assert len(rows) == 27920
    wrong = []
    for *numbers, mode, pool, expected, garbage in rows:
        size, kernel, stride, pad = map(int, numbers)
        windows = pooling_size(size, kernel, stride, pad, floor=mode == "FLOOR", clip=pad > 0)
        empty = empty_windows(size, stride, pad, windows, average=pool == "AVE")
        if (windows, empty_outputs([windows] * 2, [empty] * 2)) != (int(expected), int(garbage)):
            wrong.append((numbers, mode, pool, windows, empty))
    assert wrong == []


def test_empty_outputs_are_those_of_empty_rows_and_columns() -> None:
    assert empty_outputs((3, 4), (1, 0)) == 4
    assert empty_outputs((3, 4), (0, 1)) == 3
    assert empty_outputs((3, 4), (1, 1)) == 3 * 4 - 2 * 3
    assert empty_outputs((3, 4), (0, 0)) == 0


def test_an_empty_average_is_nan_at_the_edge_and_minus_0_past_it() -> None:
    """Caffe divides the sum of no elements by (edge - start), with its sign.

    (source: ``PoolingLayer::Forward_cpu``)
    """
    # Kernel 1, stride 2 on size 4: windows start at 0, 2 and 4, which is the edge.
    *_, last = Axis("", 4, 1, 2, 0, floor=False, clip=False).windows()
    assert (last.start, last.kind, last.divisor) == (4, "empty", 4 - 4)
    assert math.isnan(empty_average(last.divisor))
    # Kernel 1, stride 3 on size 5: windows start at 0, 3 and 6, past the edge.
    *_, last = Axis("", 5, 1, 3, 0, floor=False, clip=False).windows()
    assert (last.start, last.kind, last.divisor) == (6, "empty", 5 - 6)
    assert math.copysign(1, empty_average(last.divisor)) == -1
    assert empty_average(last.divisor) == 0
    # Past the edge on both axes, the divisor is (5 - 6) * (5 - 6) = 1.
    assert math.copysign(1, empty_average(last.divisor**2)) == 1
    assert empty_windows(4, 2, 0, 3, average=True) == 1
    assert empty_windows(5, 3, 0, 3, average=True) == 0
    assert empty_windows(5, 3, 0, 3) == 1


@pytest.mark.parametrize(
    ("numbers", "size"),
    [
        ((227, 11, 4, 0, 1), 55),  # AlexNet's conv1: 216 / 4 + 1
        ((2, 3, 2, 0, 1), 1),  # -1 / 2 is 0 in C++ and -1 in Python
        ((5, 3, 1, 0, 2), 1),
        ((5, 3, 1, 2, 2), 5),
        ((1, 6, 1, 1, 1), -2),
    ],
)
def test_a_convolution_truncates(numbers: tuple[int, int, int, int, int], size: int) -> None:
    assert convolution_size(*numbers) == size


@pytest.mark.parametrize(
    ("numbers", "size"), [((16, 64, 32, 0, 1), 544), ((19, 4, 2, 1, 1), 38), ((3, 3, 1, 0, 2), 7)]
)
def test_a_deconvolution_multiplies(numbers: tuple[int, int, int, int, int], size: int) -> None:
    assert deconvolution_size(*numbers) == size


@pytest.mark.parametrize(
    ("numbers", "clip", "size"),
    [
        ((7, 2, 2, 0), False, 4),
        ((4, 1, 2, 0), False, 3),  # the last window starts at 4, past the edge
        ((4, 1, 2, 0), True, 2),  # so that a pad on the other axis drops it
        ((55, 3, 2, 0), False, 27),
        ((2, 3, 2, 0), False, 1),
    ],
)
def test_a_pooling_rounds_up(numbers: tuple[int, int, int, int], clip: bool, size: int) -> None:
    assert pooling_size(*numbers, clip=clip) == size


def test_an_unknown_size_stays_unknown() -> None:
    assert convolution_size(UNKNOWN, 3, 2, 1, 1) is UNKNOWN
    assert deconvolution_size(UNKNOWN, 3, 2, 1, 1) is UNKNOWN
    assert pooling_size(UNKNOWN, 3, 2, 1) is UNKNOWN


@pytest.mark.parametrize(
    ("pads", "values"), [("", (7, 7, 7)), ("pad: 2", (2, 2, 2)), ("pad: [1, 2, 3]", (1, 2, 3))]
)
def test_a_field_is_given_once_or_for_each_axis(pads: str, values: tuple[int, ...]) -> None:
    ctx = context(f'type: "Convolution" convolution_param {{ {pads} }}', (1, 2, 8, 8, 8))
    assert per_axis(ctx, "pad", 3, default=7) == values


def test_a_field_given_for_some_axes_only() -> None:
    ctx = context('type: "Convolution" convolution_param { pad: [1, 2] }', (1, 2, 8, 8, 8))
    why = "pad is given 2 times for 3 spatial axes; give it once, or once per axis"
    with pytest.raises(Fault, match=why) as caught:
        per_axis(ctx, "pad", 3, default=0)
    assert caught.value.field == "convolution_param.pad"


def test_the_fields_of_a_convolution() -> None:
    param = "kernel_h: 3 kernel_w: 5 stride: 2 pad: [1, 0] dilation: 2"
    window = convolution_window(
        context(f'type: "Convolution" convolution_param {{ {param} }}', (1, 2, 8, 8))
    )
    assert window == (1, (3, 5), (2, 2), (1, 0), (2, 2))


def test_the_fields_of_a_pooling() -> None:
    param = "kernel_h: 3 kernel_w: 5 stride: 2 pad_h: 1 pad_w: 0 round_mode: FLOOR"
    window = pooling_window(context(f'type: "Pooling" pooling_param {{ {param} }}', (1, 2, 8, 8)))
    assert window == ((3, 5), (2, 2), (1, 0), True)
    assert window.clip


@pytest.mark.parametrize(
    ("param", "fields"),
    [
        ("kernel_size: 3", ["kernel_size", "kernel_size"]),
        ("kernel_size: [3, 4]", ["kernel_size[0]", "kernel_size[1]"]),
        ("kernel_h: 3 kernel_w: 4", ["kernel_h", "kernel_w"]),
    ],
)
def test_where_the_text_gives_a_field(param: str, fields: list[str]) -> None:
    message = text_format.Parse(param, proto.ConvolutionParameter())
    assert [written_field(message, "kernel_size", axis) for axis in (0, 1)] == fields
