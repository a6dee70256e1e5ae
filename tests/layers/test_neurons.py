"""The layers that map each element on its own."""

from __future__ import annotations

import pytest

from protogen.schema import Facts, Fault
from tests.layers.conftest import infer, learned

PLAIN = [
    "BNLL",
    "Clip",
    "Dropout",
    "ELU",
    "Exp",
    "Log",
    "Power",
    "ReLU",
    "Sigmoid",
    "Swish",
    "TanH",
    "Threshold",
]


@pytest.mark.parametrize("layer_type", PLAIN)
@pytest.mark.parametrize("shape", [(), (5,), (2, 3, 4, 5, 6), (None, 3)])
def test_the_top_is_shaped_like_the_bottom_in_place_too(
    layer_type: str, shape: tuple[int, ...]
) -> None:
    text = f'type: "{layer_type}"'
    assert infer(text, shape) == infer(text, shape, in_place=[0]) == Facts((shape,), (), 0)


@pytest.mark.parametrize("layer_type", [*PLAIN, "AbsVal", "PReLU"])
def test_they_take_and_make_one_blob(layer_type: str) -> None:
    with pytest.raises(Fault, match="takes exactly 1 bottom, but has 2"):
        infer(f'type: "{layer_type}"', (1, 2), (1, 2))
    with pytest.raises(Fault, match="makes exactly 1 top, but has 2"):
        infer(f'type: "{layer_type}"', (1, 2), tops=2)


def test_absval_does_not_work_in_place() -> None:
    assert infer('type: "AbsVal"', (2, 3)).tops == ((2, 3),)
    with pytest.raises(Fault, match="cannot work in place"):
        infer('type: "AbsVal"', (2, 3), in_place=[0])


@pytest.mark.parametrize("base", ["-1", "2", "0.5"])
@pytest.mark.parametrize("layer_type", ["Exp", "Log"])
def test_bases_with_a_logarithm(layer_type: str, base: str) -> None:
    text = f'type: "{layer_type}" {layer_type.lower()}_param {{ base: {base} }}'
    assert infer(text, (3,)).tops == ((3,),)


@pytest.mark.parametrize("base", ["0", "-2", "inf", "nan"])
@pytest.mark.parametrize("layer_type", ["Exp", "Log"])
def test_bases_without_a_logarithm(layer_type: str, base: str) -> None:
    text = f'type: "{layer_type}" {layer_type.lower()}_param {{ base: {base} }}'
    with pytest.raises(Fault, match="neither above 0 nor -1"):
        infer(text, (3,))


def test_base_1_is_for_powers_only() -> None:
    assert infer('type: "Exp" exp_param { base: 1 }', (3,)).tops == ((3,),)
    with pytest.raises(Fault, match="base 1 has no logarithms"):
        infer('type: "Log" log_param { base: 1 }', (3,))


def test_clip_needs_both_limits() -> None:
    with pytest.raises(Fault, match=r"clip_param\.max is missing"):
        infer('type: "Clip" clip_param { min: 0 }', (3,))


@pytest.mark.parametrize(
    ("param", "bottom", "slope"),
    [("", (8, 5), (5,)), ("", (2, 3, 4, 4), (3,)), ("channel_shared: true", (6, 4, 3), ())],
)
def test_prelu_learns_slopes(param: str, bottom: tuple[int, ...], slope: tuple[int, ...]) -> None:
    facts = infer(f'type: "PReLU" prelu_param {{ {param} }}', bottom)
    assert facts.tops == (bottom,)
    assert learned(facts) == {"slope": slope}


@pytest.mark.parametrize(
    ("param", "bottom", "why"),
    [
        ("", (4,), "a batch axis and a channel axis, not 4"),
        ("", (1, 2, 3, 4, 5), "at most 4 axes, not 1x2x3x4x5"),
        ("", (2, 3, 0, 4), "3x0x4: it has no elements"),
        ('filler { type: "bilinear" }', (2, 3), "its slope: a bilinear filler needs"),
    ],
)
def test_prelu_faults(param: str, bottom: tuple[int, ...], why: str) -> None:
    with pytest.raises(Fault, match=why):
        infer(f'type: "PReLU" prelu_param {{ {param} }}', bottom)
