"""BN of SegNet, of weiliu89's fcn branch, and of PSPNet; the blobs are those their sources make."""

from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer, learned

ONE: Shape = (1, 3, 1, 1)


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
def test_the_fields_present_tell_whose_it_is(param: str, blobs: dict[str, Shape]) -> None:
    facts = infer(f'type: "BN" bn_param {{ {param} }}', (2, 3, 5, 7))
    assert facts.tops == ((2, 3, 5, 7),)
    assert learned(facts) == blobs


def test_segnets_also_makes_mean_and_variance() -> None:
    facts = infer('type: "BN" bn_param { bn_mode: LEARN }', (2, 3, 5, 7), tops=3)
    assert facts.tops == ((2, 3, 5, 7), ONE, ONE)


def test_pspnets_makes_one_top() -> None:
    with pytest.raises(Fault, match="makes 1 top by the rule of pspnet, but has 3"):
        infer('type: "BN" bn_param { frozen: true }', (2, 3, 5, 7), tops=3)


def test_an_unknown_filler() -> None:
    with pytest.raises(Fault, match='its scale: filler type "bogus" is not known'):
        infer('type: "BN" bn_param { scale_filler { type: "bogus" } }', (2, 3, 5, 7))


def test_unknown_sizes() -> None:
    facts = infer('type: "BN" bn_param { across_spatial: false }', (None, 3, None, 7))
    assert facts.tops == ((None, 3, None, 7),)
    assert learned(facts)["scale"] == (1, 3, None, 7)
