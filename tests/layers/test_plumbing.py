"""Split, Silence and Parameter."""

from __future__ import annotations

import pytest

from protogen.schema import Fault
from tests.layers.conftest import infer, learned


def test_split_hands_the_bottom_on() -> None:
    assert infer('type: "Split"', (6, None), tops=3).tops == ((6, None),) * 3
    with pytest.raises(Fault, match="makes at least 1 top, but has 0"):
        infer('type: "Split"', (6,), tops=0)
    with pytest.raises(Fault, match="cannot work in place"):
        infer('type: "Split"', (6,), in_place=[0])


def test_silence_makes_nothing() -> None:
    assert infer('type: "Silence"', (6,), (2, 3), tops=0).tops == ()
    with pytest.raises(Fault, match="makes no tops, but has 1"):
        infer('type: "Silence"', (6,))
    with pytest.raises(Fault, match="takes at least 1 bottom, but has 0"):
        infer('type: "Silence"', tops=0)


def test_parameter_is_learned_and_is_the_top() -> None:
    facts = infer('type: "Parameter" parameter_param { shape { dim: 6 dim: 3 } }')
    assert facts.tops == ((6, 3),)
    assert learned(facts) == {"parameter": (6, 3)}
    assert infer('type: "Parameter"').tops == ((),)
    with pytest.raises(Fault, match="its top would be 6x-1: a size below zero"):
        infer('type: "Parameter" parameter_param { shape { dim: 6 dim: -1 } }')
