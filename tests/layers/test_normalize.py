from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer, learned


def test_rows_of_a_real_caffe() -> None:
    check_rows("Normalize")


def test_a_scale_for_all_or_for_each_channel() -> None:
    bottom = (2, 512, 38, 38)
    facts = infer('type: "Normalize"', bottom)
    assert facts.tops == (bottom,)
    assert learned(facts) == {"scale": ()}
    facts = infer('type: "Normalize" norm_param { channel_shared: false }', bottom)
    assert learned(facts) == {"scale": (512,)}


def test_happynears_learns_nothing_and_may_give_the_norms() -> None:
    """normalize_layer.cpp of happynear/caffe-windows."""
    facts = infer('type: "Normalize"', (128, 512), tops=2)
    assert facts.tops == ((128, 512, 1, 1), (128, 1, 1, 1))
    assert facts.blobs == ()
    text = 'type: "Normalize" normalize_param { normalize_type: "L1" }'
    facts = infer(text, (128, 512, None, 7))
    assert facts.tops == ((128, 512, None, 7),)
    assert facts.blobs == ()


@pytest.mark.parametrize(
    ("bottom", "why"),
    [
        ((4,), "expected 2 to 4 axes, got 1: bottom 0 is 4"),
        ((1, 2, 3, 4, 5), "expected 2 to 4 axes, got 5: bottom 0 is 1x2x3x4x5"),
        ((1, 0, 3), "an item of bottom 0 is 0x3x1, which has no elements"),
    ],
)
def test_faults(bottom: Shape, why: str) -> None:
    check_fault(why, "bottom[0]", 'type: "Normalize"', bottom)
