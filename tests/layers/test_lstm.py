"""Shapes are those of BVLC Caffe; multiplications are counted by hand."""

from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer

LSTM = 'type: "LSTM" recurrent_param { num_output: 7 }'
EXPOSED = 'type: "LSTM" recurrent_param { num_output: 7 expose_hidden: true }'
SEQUENCES, MARKERS, STATIC, STATE = (4, 3, 5), (4, 3), (3, 6), (1, 3, 7)


def test_rows_of_a_real_caffe() -> None:
    check_rows("LSTM")


def test_it_learns_four_rows_for_each_output() -> None:
    facts = infer(LSTM, SEQUENCES, MARKERS)
    assert facts.tops == ((4, 3, 7),)
    assert [blob.shape for blob in facts.blobs] == [(28, 5), (28,), (28, 7)]
    assert facts.macs == 4 * 3 * (28 * 5 + 28 * 7)


def test_a_static_input_is_multiplied_once() -> None:
    facts = infer(LSTM, SEQUENCES, MARKERS, STATIC)
    assert facts.blobs[2].shape == (28, 6)
    assert facts.macs == 4 * 3 * (28 * 5 + 28 * 7) + 3 * 28 * 6


def test_exposed_states_are_bottoms_and_tops() -> None:
    bottoms = [SEQUENCES, MARKERS, STATIC, STATE, STATE]
    assert infer(EXPOSED, *bottoms, tops=3).tops == ((4, 3, 7), STATE, STATE)
    check_fault("expected 3 tops, got 1", "top", EXPOSED, *bottoms)
    why = "expected a state of 1x3x7: bottom 3 is 3x7"
    check_fault(why, "bottom[3]", EXPOSED, *bottoms[:3], (3, 7), STATE, tops=3)


@pytest.mark.parametrize(
    ("bottoms", "why", "field"),
    [
        ([(4, 3), (4, 3)], "expected sequences with at least 3 axes", "bottom[0]"),
        ([SEQUENCES, (4, 3, 1)], "and markers with 2 axes", "bottom[1]"),
        ([SEQUENCES, (4, 2)], "bottoms differ in timesteps or streams", "bottom[1]"),
        ([(0, 3, 5), (0, 3)], "bottom 1 (timesteps, streams) is 0x3", "bottom[1]"),
        ([SEQUENCES, MARKERS, (2, 6)], "a static input with 3 streams", "bottom[2]"),
        ([SEQUENCES, MARKERS, (3,)], "a static input with 3 streams", "bottom[2]"),
    ],
)
def test_bottoms_that_do_not_fit(bottoms: list[Shape], why: str, field: str) -> None:
    check_fault(why, field, LSTM, *bottoms)


def test_num_output_is_required() -> None:
    why = "num_output is missing"
    check_fault(why, "recurrent_param.num_output", 'type: "LSTM"', SEQUENCES, MARKERS)


def test_unknown_sizes() -> None:
    facts = infer(LSTM, (None, None, 5), (None, None))
    assert facts.tops == ((None, None, 7),)
    assert [blob.shape for blob in facts.blobs] == [(28, 5), (28,), (28, 7)]
    assert facts.macs is None
