from __future__ import annotations

import pytest

from protogen.schema import Facts
from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer, learned


def layer(param: str) -> str:
    return f'type: "InnerProduct" inner_product_param {{ {param} }}'


def inner_product(param: str, bottom: Shape) -> Facts:
    return infer(layer(param), bottom)


def test_rows_of_a_real_caffe() -> None:
    check_rows("InnerProduct")


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
    ("param", "bottom", "why", "field"),
    [
        ("", (2, 3), "num_output is missing", "inner_product_param.num_output"),
        (
            "num_output: 0",
            (2, 3),
            "num_output must be greater than 0, got 0",
            "inner_product_param.num_output",
        ),
        (
            "num_output: 4294967295",
            (2, 3),
            "num_output must be at most 2147483647, got 4294967295",
            "inner_product_param.num_output",
        ),
        ("num_output: 5", (7,), "axis 1 is out of range: bottom 0 has 1 axis (7)", "bottom[0]"),
        (
            "num_output: 5",
            (0, 3),
            "bottom 0 before axis is 0, which has no elements",
            "bottom[0]",
        ),
        (
            "num_output: 5",
            (3, 0),
            "weight_filler: a blob of 5x0 has no elements to fill",
            "bottom[0]",
        ),
        (
            "num_output: 65536",
            (1, 65536),
            "the weights would be 65536x65536, which is more than 2147483647 elements",
            "inner_product_param.num_output",
        ),
        (
            'num_output: 5 weight_filler { type: "xaver" }',
            (2, 3),
            'weight_filler: unknown filler type "xaver"; did you mean "xavier"?',
            "inner_product_param.weight_filler.type",
        ),
        (
            'num_output: 5 bias_filler { type: "gaussian" std: 0 }',
            (2, 3),
            "bias_filler: std must be greater than 0, got 0",
            "inner_product_param.bias_filler.std",
        ),
    ],
)
def test_faults(param: str, bottom: Shape, why: str, field: str) -> None:
    check_fault(why, field, layer(param), bottom)


def test_an_empty_batch_is_legal_without_a_bias() -> None:
    assert inner_product("num_output: 5 bias_term: false", (0, 3)).tops == ((0, 5),)
