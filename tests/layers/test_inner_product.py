from __future__ import annotations

import pytest

from protogen.schema import Facts, Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer, learned


def inner_product(param: str, bottom: Shape) -> Facts:
    return infer(f'type: "InnerProduct" inner_product_param {{ {param} }}', bottom)


@pytest.mark.parametrize(
    ("param", "bottom", "top", "blobs", "macs"),
    [
        # LeNet's ip1: 800 inputs, 500 outputs
        ("num_output: 500", (64, 50, 4, 4), (64, 500), [(500, 800), (500,)], 64 * 800 * 500),
        ("num_output: 5 axis: 0", (5, 2, 4), (5,), [(5, 40), (5,)], 200),
        ("num_output: 2 axis: -1", (2, 4, 1, 3), (2, 4, 1, 2), [(2, 3), (2,)], 48),
        ("num_output: 9 transpose: true bias_term: false", (8, 8, 3), (8, 9), [(24, 9)], 1728),
        ("num_output: 3", (None, 6), (None, 3), [(3, 6), (3,)], None),
        ("num_output: 3", (2, None, 4), (2, 3), [(3, None), (3,)], None),
    ],
)
def test_shapes(param: str, bottom: Shape, top: Shape, blobs: list[Shape], macs: int) -> None:
    facts = inner_product(param, bottom)
    assert facts.tops == (top,)
    assert list(learned(facts).values()) == blobs
    assert list(learned(facts)) == ["weights", "bias"][: len(blobs)]
    assert facts.macs == macs


@pytest.mark.parametrize(
    ("param", "bottom", "why"),
    [
        ("", (2, 3), "num_output is missing"),
        ("num_output: 0", (2, 3), "num_output is missing"),
        ("num_output: 4294967295", (2, 3), "num_output 4294967295 is out of range"),
        ("num_output: 5", (7,), r"axis 1 is outside of a bottom with 1 axes \(7\)"),
        ("num_output: 5", (0, 3), "the bottom before axis is 0: it has no elements"),
        ("num_output: 5", (3, 0), "its weights: a blob of 5x0 has nothing to fill"),
        ("num_output: 65536", (1, 65536), "its weights would be 65536x65536: more than 2147483647"),
        ('num_output: 5 weight_filler { type: "xaver" }', (2, 3), 'did you mean "xavier"'),
    ],
)
def test_faults(param: str, bottom: Shape, why: str) -> None:
    with pytest.raises(Fault, match=why):
        inner_product(param, bottom)


def test_a_batch_of_nothing_is_fine_without_a_bias() -> None:
    assert inner_product("num_output: 5 bias_term: false", (0, 3)).tops == ((0, 5),)
