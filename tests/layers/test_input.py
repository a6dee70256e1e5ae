from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer


def made(shapes: str, tops: int) -> tuple[Shape, ...]:
    return infer(f'type: "Input" input_param {{ {shapes} }}', tops=tops).tops


def test_one_shape_for_each_top_or_for_all() -> None:
    one, two = "shape { dim: 2 dim: 3 }", "shape { dim: 5 }"
    assert made(one, 1) == ((2, 3),)
    assert made(one, 3) == ((2, 3),) * 3
    assert made(one + two, 2) == ((2, 3), (5,))


def test_odd_shapes_that_are_legal() -> None:
    assert made("", 2) == ((), ())
    assert made("shape { }", 1) == ((),)
    assert made("shape { dim: 0 dim: 7 }", 1) == ((0, 7),)


@pytest.mark.parametrize(
    ("shapes", "tops", "why"),
    [
        ("shape { dim: 1 } shape { dim: 2 }", 3, "2 shapes for 3 tops"),
        ("shape { dim: 1 } shape { dim: 2 }", 1, "2 shapes for 1 top;"),
        ("shape { dim: 1 dim: -1 }", 1, "its top would be 1x-1: a size below zero"),
        ("shape { dim: 65536 dim: 32768 }", 1, "more than 2147483647 elements"),
        ("shape {" + " dim: 1" * 33 + " }", 1, "its top has 33 axes; Caffe allows 32"),
        ("", 0, "makes at least 1 top, but has 0"),
    ],
)
def test_faults(shapes: str, tops: int, why: str) -> None:
    with pytest.raises(Fault, match=why):
        made(shapes, tops)


def test_an_input_reads_nothing() -> None:
    with pytest.raises(Fault, match="takes no bottoms, but has 1"):
        infer('type: "Input"', (1,))
