from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer, learned


def test_rows_of_a_real_caffe() -> None:
    check_rows("Embed")


def test_it_adds_an_axis() -> None:
    facts = infer('type: "Embed" embed_param { num_output: 5 input_dim: 4 }', (20, None))
    assert facts.tops == ((20, None, 5),)
    assert learned(facts) == {"weights": (4, 5), "bias": (5,)}
    assert facts.macs == 0


def test_without_a_bias() -> None:
    text = 'type: "Embed" embed_param { num_output: 5 input_dim: 2 bias_term: false }'
    assert learned(infer(text, (4,))) == {"weights": (2, 5)}
    assert infer(text, (0,)).tops == ((0, 5),)


@pytest.mark.parametrize(
    ("param", "bottom", "why", "field"),
    [
        ("input_dim: 4", (8,), "num_output is missing", "embed_param.num_output"),
        ("num_output: 4", (8,), "input_dim is missing", "embed_param.input_dim"),
        (
            "num_output: 2147483648 input_dim: 4",
            (8,),
            "num_output must be at most 2147483647, got 2147483648",
            "embed_param.num_output",
        ),
        ("num_output: 4 input_dim: 4", (0,), "bottom 0 is 0, which has no elements", "bottom[0]"),
    ],
)
def test_faults(param: str, bottom: Shape, why: str, field: str) -> None:
    check_fault(why, field, f'type: "Embed" embed_param {{ {param} }}', bottom)
