from __future__ import annotations

import pytest

from protogen.schema import Facts
from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer, learned

IMAGE = (2, 3, 4, 5)


def layer(param: str) -> str:
    return f'type: "Scale" scale_param {{ {param} }}'


def scale(param: str, *bottoms: Shape) -> Facts:
    return infer(layer(param), *bottoms)


def test_rows_of_a_real_caffe() -> None:
    check_rows("Scale")


@pytest.mark.parametrize(
    ("param", "shape"),
    [
        ("", (3,)),
        ("axis: 2", (4,)),
        ("axis: 0 num_axes: 2", (2, 3)),
        ("num_axes: -1", (3, 4, 5)),
        ("axis: -2 num_axes: -1", (4, 5)),
        ("num_axes: 0", ()),
    ],
)
def test_what_is_learned(param: str, shape: Shape) -> None:
    assert learned(scale(param, IMAGE)) == {"scale": shape}
    both = scale(f"{param} bias_term: true", IMAGE)
    assert learned(both) == {"scale": shape, "bias": shape}
    assert both.tops == (IMAGE,)
    assert both.macs == 0


@pytest.mark.parametrize("given", [(3,), (3, 4), (3, 4, 5), (), (None, 4)])
def test_a_second_bottom_is_not_learned(given: Shape) -> None:
    facts = scale("num_axes: -2", IMAGE, given)
    assert facts.tops == (IMAGE,)
    assert facts.blobs == ()
    assert learned(scale("bias_term: true", IMAGE, given)) == {"bias": given}


@pytest.mark.parametrize(
    ("param", "bottoms", "why", "field"),
    [
        ("axis: 4", [IMAGE], "axis 4 is out of range: bottom 0 has 4 axes", "scale_param.axis"),
        (
            "num_axes: -2",
            [IMAGE],
            "num_axes must be -1 (to the last axis) or greater, got -2",
            "scale_param.num_axes",
        ),
        (
            "axis: -1 num_axes: 2",
            [IMAGE],
            "axis 3 and num_axes 2 reach past the end of bottom 0, which has 4 axes (2x3x4x5)",
            "scale_param.num_axes",
        ),
        (
            "axis: 2",
            [IMAGE, (4, 5, 1)],
            "bottom 1, applied from axis 2 on, reaches past the end of bottom 0",
            "bottom[1]",
        ),
        ("", [IMAGE, (3, 5)], "bottoms differ: 4 and 5 (axis 2)", "bottom[1]"),
        ("", [(2, 0, 4)], "filler: a blob of 0 has no elements to fill", "bottom[0]"),
        ("", [IMAGE, (3,), (3,)], "expected at most 2 bottoms, got 3", "bottom[2]"),
        (
            "bias_term: true",
            [(2, 3, 0)],
            "bottom 0 after the axes of the bias is 0, which has no elements",
            "bottom[0]",
        ),
        (
            "",
            [(0, 3, 0)],
            "bottom 0 before and after the axes of the scale is 0, which has no elements",
            "bottom[0]",
        ),
    ],
)
def test_faults(param: str, bottoms: list[Shape], why: str, field: str) -> None:
    check_fault(why, field, layer(param), *bottoms)


def test_nothing_after_the_axes_is_legal_without_a_bias() -> None:
    assert scale("", (2, 3, 0)).tops == ((2, 3, 0),)


def test_the_axis_of_a_scalar_matters_only_to_a_bias() -> None:
    assert scale("axis: 9", (2, 3), ()).tops == ((2, 3),)
    why, text = "axis 9 is out of range", layer("axis: 9 bias_term: true")
    check_fault(why, "scale_param.axis", text, (2, 3), ())
