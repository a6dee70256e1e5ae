"""ArgMax, Embed, BatchReindex and Filter."""

from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer, learned


@pytest.mark.parametrize(
    ("param", "bottom", "top"),
    [
        ("", (8, 10), (8, 1, 1)),
        ("", (7,), (7, 1, 1)),
        ("out_max_val: true top_k: 2", (2, 2, 3, 6), (2, 2, 2, 1)),
        ("out_max_val: true", (2, 5, 6, 8, 4), (2, 2, 1, 1, 1)),
        ("axis: 1", (5, 8, 4, 6), (5, 1, 4, 6)),
        ("axis: -1 out_max_val: true top_k: 3", (2, None), (2, 3)),
        ("top_k: 5", (None, None), (None, 1, 5)),
    ],
)
def test_arg_max(param: str, bottom: Shape, top: Shape) -> None:
    assert infer(f'type: "ArgMax" argmax_param {{ {param} }}', bottom).tops == (top,)


@pytest.mark.parametrize(
    ("param", "bottom", "why"),
    [
        ("top_k: 0", (7, 2), "top_k is 0"),
        ("top_k: 3", (6, 1), "top_k 3 of 1 elements"),
        ("top_k: 9 axis: 2", (6, 9, 8), "top_k 9 of 8 elements"),
        ("axis: 6", (5, 5, 6), "axis 6 is outside of a bottom with 3 axes"),
        ("", (), "its bottom is a scalar"),
    ],
)
def test_arg_max_faults(param: str, bottom: Shape, why: str) -> None:
    with pytest.raises(Fault, match=why):
        infer(f'type: "ArgMax" argmax_param {{ {param} }}', bottom)


def test_embed_adds_an_axis() -> None:
    facts = infer('type: "Embed" embed_param { num_output: 5 input_dim: 4 }', (20, None))
    assert facts.tops == ((20, None, 5),)
    assert learned(facts) == {"weights": (4, 5), "bias": (5,)}
    assert facts.macs == 0


def test_embed_without_a_bias() -> None:
    text = 'type: "Embed" embed_param { num_output: 5 input_dim: 2 bias_term: false }'
    assert learned(infer(text, (4,))) == {"weights": (2, 5)}
    assert infer(text, (0,)).tops == ((0, 5),)


@pytest.mark.parametrize(
    ("param", "bottom", "why"),
    [
        ("input_dim: 4", (8,), "num_output is missing or 0"),
        ("num_output: 4", (8,), "input_dim is missing or 0"),
        ("num_output: 2147483648 input_dim: 4", (8,), "num_output 2147483648 is out of range"),
        ("num_output: 4 input_dim: 4", (0,), "its bottom is 0: it has no elements"),
    ],
)
def test_embed_faults(param: str, bottom: Shape, why: str) -> None:
    with pytest.raises(Fault, match=why):
        infer(f'type: "Embed" embed_param {{ {param} }}', bottom)


@pytest.mark.parametrize(
    ("bottoms", "top"),
    [([(8, 1, 2), (5,)], (5, 1, 2)), ([(4,), (6,)], (6,)), ([(4, 3), (None,)], (None, 3))],
)
def test_batch_reindex(bottoms: list[Shape], top: Shape) -> None:
    assert infer('type: "BatchReindex"', *bottoms).tops == (top,)


def test_batch_reindex_takes_a_list_of_indices() -> None:
    with pytest.raises(Fault, match=r"indices \(bottom 1\) of 1 axis, not 4x2"):
        infer('type: "BatchReindex"', (4, 8, 2), (4, 2))


@pytest.mark.parametrize("selector", [(2,), (2, 1, 1, 1), (None, 1)])
def test_filter_begins_with_all_items(selector: Shape) -> None:
    facts = infer('type: "Filter"', (2, 4, 2), (2, 5), selector, tops=2)
    assert facts.tops == ((2, 4, 2), (2, 5))


@pytest.mark.parametrize(
    ("bottoms", "why"),
    [
        ([(5, 1), (4,)], r"bottom 0 and the selector differ in batch size: 5 and 4 \(axis 0\)"),
        ([(5, 1), (5, 2)], "one element for each item, not 5x2"),
        ([(5, 1), ()], "one element for each item, not scalar"),
        ([(), (1,)], "bottom 0 is a scalar"),
        ([(0, 1), (0,)], "the selector is 0: it has no elements"),
        ([(5, 1), (5, 1), (5,)], "one top of each bottom but the selector, but has 1 for 2"),
        ([(5,)], "takes at least 2 bottoms, but has 1"),
    ],
)
def test_filter_faults(bottoms: list[Shape], why: str) -> None:
    with pytest.raises(Fault, match=why):
        infer('type: "Filter"', *bottoms)
