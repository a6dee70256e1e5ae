from __future__ import annotations

import pytest

from protogen.schema import Facts
from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer, learned

IMAGE = (2, 3, 4, 5)


def layer(param: str) -> str:
    return f'type: "Bias" bias_param {{ {param} }}'


def bias(param: str, *bottoms: Shape) -> Facts:
    return infer(layer(param), *bottoms)


def test_rows_of_a_real_caffe() -> None:
    check_rows("Bias")


@pytest.mark.parametrize(
    ("param", "shape"),
    [
        ("", (3,)),
        ("axis: 2", (4,)),
        ("axis: 0 num_axes: 2", (2, 3)),
        ("num_axes: -1", (3, 4, 5)),
        ("num_axes: 0", ()),
    ],
)
def test_what_is_learned(param: str, shape: Shape) -> None:
    facts = bias(param, IMAGE)
    assert facts.tops == (IMAGE,)
    assert learned(facts) == {"bias": shape}
    assert facts.macs == 0


@pytest.mark.parametrize("given", [(3,), (3, 4), (3, 4, 5), (), (None, 4)])
def test_a_second_bottom_is_not_learned(given: Shape) -> None:
    facts = bias("num_axes: -2", IMAGE, given)
    assert facts.tops == (IMAGE,)
    assert facts.blobs == ()


@pytest.mark.parametrize(
    ("param", "bottoms", "why", "field"),
    [
        ("axis: 4", [IMAGE], "axis 4 is out of range: bottom 0 has 4 axes", "bias_param.axis"),
        ("num_axes: -2", [IMAGE], "num_axes must be -1", "bias_param.num_axes"),
        (
            "axis: -1 num_axes: 2",
            [IMAGE],
            "axis 3 and num_axes 2 reach past the end of bottom 0",
            "bias_param.num_axes",
        ),
        (
            "axis: 2",
            [IMAGE, (4, 5, 1)],
            "bottom 1, applied from axis 2 on, reaches past the end of bottom 0",
            "bottom[1]",
        ),
        ("", [IMAGE, (3, 5)], "bottoms differ: 4 and 5 (axis 2)", "bottom[1]"),
        ("", [(2, 0, 4)], "filler: a blob of 0 has no elements to fill", "bottom[0]"),
        (
            "",
            [(2, 3, 0)],
            "bottom 0 after the axes of the bias is 0, which has no elements",
            "bottom[0]",
        ),
        ("", [IMAGE, (3,), (3,)], "expected at most 2 bottoms, got 3", "bottom[2]"),
    ],
)
def test_faults(param: str, bottoms: list[Shape], why: str, field: str) -> None:
    check_fault(why, field, layer(param), *bottoms)
