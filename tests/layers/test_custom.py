"""Custom: a layer that HiSilicon's compiler leaves to the program, with the shapes it states.

(source: the SVP development guide: one shape for each top, in their order)
"""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer

TWO = "shape { dim: 1 dim: 256 dim: 64 dim: 64 } shape { dim: 1 dim: 128 dim: 64 dim: 64 }"
TEXT = f'type: "Custom" custom_param {{ {TWO} }}'


def test_the_tops_have_the_shapes_that_are_stated() -> None:
    expected = ((1, 256, 64, 64), (1, 128, 64, 64))
    assert infer(TEXT, (1, 3, 9, 9), tops=2).tops == expected
    assert infer(TEXT, tops=2).tops == expected
    assert infer(TEXT, None, tops=2).tops == expected


def test_without_shapes_nothing_is_known() -> None:
    facts = infer('type: "Custom"', (1, 3, 9, 9), tops=2)
    assert facts.tops == (None, None)
    assert facts.macs is None


def test_faults() -> None:
    why = "shape is given 2 times for 3 tops; give it once for each top"
    check_fault(why, "custom_param.shape", TEXT, (1, 3, 9, 9), tops=3)
    text = 'type: "Custom" custom_param { shape { dim: -1 } }'
    check_fault("the top would be -1, which has a negative size", "custom_param.shape", text, ())
