"""BN of SegNet, of weiliu89's fcn branch, and of PSPNet; the blobs are those of their sources."""

from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, infer, learned

ONE: Shape = (1, 3, 1, 1)


def layer(param: str) -> str:
    return f'type: "BN" bn_param {{ {param} }}'


@pytest.mark.parametrize(
    ("param", "blobs"),
    [
        ("bn_mode: INFERENCE", {"scale": ONE, "shift": ONE}),
        ("scale_filler { } shift_filler { }", {"scale": ONE, "shift": ONE}),
        ("var_eps: 1e-9", {"scale": ONE, "shift": ONE}),
        ("across_spatial: false", {"scale": (1, 3, 5, 7), "shift": (1, 3, 5, 7)}),
        ("frozen: true", {"slope": ONE, "bias": ONE, "mean": ONE, "variance": ONE}),
        ("slope_filler { value: 1 }", {"slope": ONE, "bias": ONE, "mean": ONE, "variance": ONE}),
        ("", {"slope": ONE, "bias": ONE, "mean": ONE, "variance": ONE}),
    ],
)
def test_the_fields_decide_the_fork(param: str, blobs: dict[str, Shape]) -> None:
    facts = infer(layer(param), (2, 3, 5, 7))
    assert facts.tops == ((2, 3, 5, 7),)
    assert learned(facts) == blobs


def test_segnets_also_gives_mean_and_variance() -> None:
    facts = infer(layer("bn_mode: LEARN"), (2, 3, 5, 7), tops=3)
    assert facts.tops == ((2, 3, 5, 7), ONE, ONE)


def test_pspnets_has_one_top() -> None:
    why = "expected 1 top in pspnet's fork, got 3"
    check_fault(why, "top[1]", layer("frozen: true"), (2, 3, 5, 7), tops=3)


def test_an_unknown_filler() -> None:
    why = 'scale_filler: unknown filler type "bogus"'
    text = layer('scale_filler { type: "bogus" }')
    check_fault(why, "bn_param.scale_filler.type", text, (2, 3, 5, 7))


def test_unknown_sizes() -> None:
    facts = infer(layer("across_spatial: false"), (None, 3, None, 7))
    assert facts.tops == ((None, 3, None, 7),)
    assert learned(facts)["scale"] == (1, 3, None, 7)
