from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("LSTMUnit")


def test_it_is_one_timestep() -> None:
    facts = infer('type: "LSTMUnit"', (1, 3, 7), (1, 3, 28), (1, 3), tops=2)
    assert facts.tops == ((1, 3, 7), (1, 3, 7))


@pytest.mark.parametrize(
    ("bottoms", "why", "field"),
    [
        (
            [(1, 3, 7), (1, 3, 27), (1, 3)],
            "expected bottom 1 to be 1x3x28: bottom 0 is 1x3x7, bottom 1 is 1x3x27",
            "bottom[1]",
        ),
        ([(1, 3, 7), (1, 3, 28), (1, 3, 1)], "expected 2 axes, got 3: bottom 2", "bottom[2]"),
        (
            [(2, 3, 7), (1, 3, 28), (1, 3)],
            "expected bottom 0 to be 1x3x7: bottom 0 is 2x3x7",
            "bottom[0]",
        ),
    ],
)
def test_faults(bottoms: list[Shape], why: str, field: str) -> None:
    check_fault(why, field, 'type: "LSTMUnit"', *bottoms, tops=2)
