from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer, learned


def test_rows_of_a_real_caffe() -> None:
    check_rows("PReLU")


@pytest.mark.parametrize(
    ("param", "bottom", "slope"),
    [("", (8, 5), (5,)), ("", (2, 3, 4, 4), (3,)), ("channel_shared: true", (6, 4, 3), ())],
)
def test_slopes_are_learned(param: str, bottom: Shape, slope: Shape) -> None:
    facts = infer(f'type: "PReLU" prelu_param {{ {param} }}', bottom)
    assert facts.tops == (bottom,)
    assert learned(facts) == {"slope": slope}


@pytest.mark.parametrize(
    ("param", "bottom", "why", "field"),
    [
        ("", (4,), "expected at least 2 axes (batch, channels), got 1: bottom 0 is 4", "bottom[0]"),
        ("", (1, 2, 3, 4, 5), "expected at most 4 axes, got 5: bottom 0 is 1x2x3x4x5", "bottom[0]"),
        ("", (2, 3, 0, 4), "an item of bottom 0 is 3x0x4, which has no elements", "bottom[0]"),
        (
            'filler { type: "bilinear" }',
            (2, 3),
            'filler: filler "bilinear" needs a blob with 4 axes, got 3',
            "prelu_param.filler.type",
        ),
    ],
)
def test_faults(param: str, bottom: Shape, why: str, field: str) -> None:
    check_fault(why, field, f'type: "PReLU" prelu_param {{ {param} }}', bottom)
