"""Scale and Bias: a small blob laid along some axes of the bottom."""

from __future__ import annotations

import pytest

from protogen.schema import Facts, Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer, learned

IMAGE = (2, 3, 4, 5)


def scale(param: str, *bottoms: Shape) -> Facts:
    return infer(f'type: "Scale" scale_param {{ {param} }}', *bottoms)


def bias(param: str, *bottoms: Shape) -> Facts:
    return infer(f'type: "Bias" bias_param {{ {param} }}', *bottoms)


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
    assert learned(bias(param, IMAGE)) == {"bias": shape}
    both = scale(f"{param} bias_term: true", IMAGE)
    assert learned(both) == {"scale": shape, "bias": shape}
    assert both.tops == (IMAGE,)
    assert both.macs == 0


@pytest.mark.parametrize("given", [(3,), (3, 4), (3, 4, 5), (), (None, 4)])
def test_a_second_bottom_is_not_learned(given: Shape) -> None:
    for facts in (scale("num_axes: -2", IMAGE, given), bias("", IMAGE, given)):
        assert facts.tops == (IMAGE,)
        assert facts.blobs == ()
    assert learned(scale("bias_term: true", IMAGE, given)) == {"bias": given}


@pytest.mark.parametrize(
    ("param", "bottoms", "why"),
    [
        ("axis: 4", [IMAGE], "axis 4 is outside of a bottom with 4 axes"),
        ("num_axes: -2", [IMAGE], "num_axes -2: it is -1"),
        ("axis: -1 num_axes: 2", [IMAGE], "axis 3 and num_axes 2 reach past the bottom's 4 axes"),
        ("axis: 2", [IMAGE, (4, 5, 1)], "laid on from axis 2, reaches past bottom 0"),
        ("", [IMAGE, (3, 5)], r"bottoms differ: 4 and 5 \(axis 2\)"),
        ("", [(2, 0, 4)], "has nothing to fill"),
        ("", [IMAGE, (3,), (3,)], "takes at most 2 bottoms, but has 3"),
    ],
)
def test_faults(param: str, bottoms: list[Shape], why: str) -> None:
    for layer in (scale, bias):
        with pytest.raises(Fault, match=why):
            layer(param, *bottoms)


def test_nothing_past_the_axes_kills_a_bias_only() -> None:
    assert scale("", (2, 3, 0)).tops == ((2, 3, 0),)
    with pytest.raises(Fault, match="past the axes of the bias is 0"):
        bias("", (2, 3, 0))
    with pytest.raises(Fault, match="past the axes of the bias is 0"):
        scale("bias_term: true", (2, 3, 0))
    with pytest.raises(Fault, match="before and past the axes of the scale is 0"):
        scale("", (0, 3, 0))


def test_the_axis_of_a_scalar_counts_for_a_bias_term_only() -> None:
    assert scale("axis: 9", (2, 3), ()).tops == ((2, 3),)
    with pytest.raises(Fault, match="axis 9 is outside"):
        scale("axis: 9 bias_term: true", (2, 3), ())
