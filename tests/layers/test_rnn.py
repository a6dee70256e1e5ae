"""Shapes are those of BVLC Caffe; multiplications are counted by hand."""

from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, infer

RNN = 'type: "RNN" recurrent_param { num_output: 7 }'
SEQUENCES, MARKERS, STATIC, STATE = (4, 3, 5), (4, 3), (3, 6), (1, 3, 7)


def test_it_learns_an_output_as_well() -> None:
    facts = infer(RNN, SEQUENCES, MARKERS)
    assert facts.tops == ((4, 3, 7),)
    assert [blob.shape for blob in facts.blobs] == [(7, 5), (7,), (7, 7), (7, 7), (7,)]
    assert facts.macs == 4 * 3 * (7 * 5 + 7 * 7 + 7 * 7)


def test_a_static_input_is_multiplied_once() -> None:
    facts = infer(RNN, SEQUENCES, MARKERS, STATIC)
    assert facts.blobs[2].shape == (7, 6)
    assert facts.macs == 4 * 3 * (7 * 5 + 7 * 7 + 7 * 7) + 3 * 7 * 6


def test_the_exposed_state_is_a_bottom_and_a_top() -> None:
    text = 'type: "RNN" recurrent_param { num_output: 7 expose_hidden: true }'
    assert infer(text, SEQUENCES, MARKERS, STATE, tops=2).tops == ((4, 3, 7), STATE)
    check_fault("expected 2 tops, got 1", "top", text, SEQUENCES, MARKERS, STATE)
    why = "expected a state of 1x3x7: bottom 2 is 3x7"
    check_fault(why, "bottom[2]", text, SEQUENCES, MARKERS, (3, 7), tops=2)


@pytest.mark.parametrize(
    ("bottoms", "why", "field"),
    [
        ([(4, 3), (4, 3)], "expected sequences with at least 3 axes", "bottom[0]"),
        ([SEQUENCES, (4, 2)], "bottoms differ in timesteps or streams", "bottom[1]"),
        ([SEQUENCES, MARKERS, (2, 6)], "a static input with 3 streams", "bottom[2]"),
    ],
)
def test_bottoms_that_do_not_fit(bottoms: list[Shape], why: str, field: str) -> None:
    check_fault(why, field, RNN, *bottoms)


def test_an_unknown_filler() -> None:
    text = 'type: "RNN" recurrent_param { num_output: 1 weight_filler { type: "xavierr" } }'
    why = 'weight_filler: unknown filler type "xavierr"; did you mean "xavier"?'
    check_fault(why, "recurrent_param.weight_filler.type", text, SEQUENCES, MARKERS)
