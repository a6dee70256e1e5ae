from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def layer(shapes: str) -> str:
    return f'type: "Input" input_param {{ {shapes} }}'


def shapes_of(shapes: str, tops: int) -> tuple[Shape, ...]:
    return infer(layer(shapes), tops=tops).tops


def test_rows_of_a_real_caffe() -> None:
    check_rows("Input")


def test_one_shape_for_each_top_or_for_all() -> None:
    one, two = "shape { dim: 2 dim: 3 }", "shape { dim: 5 }"
    assert shapes_of(one, 1) == ((2, 3),)
    assert shapes_of(one, 3) == ((2, 3),) * 3
    assert shapes_of(one + two, 2) == ((2, 3), (5,))


def test_odd_shapes_that_are_legal() -> None:
    assert shapes_of("", 2) == ((), ())
    assert shapes_of("shape { }", 1) == ((),)
    assert shapes_of("shape { dim: 0 dim: 7 }", 1) == ((0, 7),)


@pytest.mark.parametrize(
    ("shapes", "tops", "why", "field"),
    [
        (
            "shape { dim: 1 } shape { dim: 2 }",
            3,
            "expected 1 shape for all tops, or one for each of 3 tops, got 2",
            "input_param.shape",
        ),
        (
            "shape { dim: 1 } shape { dim: 2 }",
            1,
            "or one for each of 1 top, got 2",
            "input_param.shape",
        ),
        (
            "shape { dim: 1 } shape { dim: 1 dim: -1 }",
            2,
            "top 1 would be 1x-1, which has a negative size",
            "input_param.shape[1]",
        ),
        (
            "shape { dim: 65536 dim: 32768 }",
            1,
            "the top would be 65536x32768, which is more than 2147483647 elements",
            "input_param.shape[0]",
        ),
        (
            "shape {" + " dim: 1" * 33 + " }",
            1,
            "the top would have 33 axes; Caffe allows at most 32",
            "input_param.shape[0]",
        ),
        ("", 0, "expected at least 1 top, got 0", "top"),
    ],
)
def test_faults(shapes: str, tops: int, why: str, field: str) -> None:
    check_fault(why, field, layer(shapes), tops=tops)


def test_it_has_no_bottoms() -> None:
    check_fault("expected no bottoms, got 1", "bottom[0]", 'type: "Input"', (1,))
