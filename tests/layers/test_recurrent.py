"""LSTM, RNN and LSTMUnit. Shapes were asked of BVLC Caffe; multiplications are counted by hand."""

from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer

LSTM = 'type: "LSTM" recurrent_param { num_output: 7 }'
RNN = 'type: "RNN" recurrent_param { num_output: 7 }'
SEQUENCE, GOING_ON, STATIC, STATE = (4, 3, 5), (4, 3), (3, 6), (1, 3, 7)


def test_an_lstm_learns_four_rows_for_each_output() -> None:
    facts = infer(LSTM, SEQUENCE, GOING_ON)
    assert facts.tops == ((4, 3, 7),)
    assert [blob.shape for blob in facts.blobs] == [(28, 5), (28,), (28, 7)]
    assert facts.macs == 4 * 3 * (28 * 5 + 28 * 7)


def test_an_rnn_learns_an_output_as_well() -> None:
    facts = infer(RNN, SEQUENCE, GOING_ON)
    assert facts.tops == ((4, 3, 7),)
    assert [blob.shape for blob in facts.blobs] == [(7, 5), (7,), (7, 7), (7, 7), (7,)]
    assert facts.macs == 4 * 3 * (7 * 5 + 7 * 7 + 7 * 7)


@pytest.mark.parametrize(("text", "rows"), [(LSTM, 28), (RNN, 7)])
def test_a_static_input_is_multiplied_once(text: str, rows: int) -> None:
    with_static, without = infer(text, SEQUENCE, GOING_ON, STATIC), infer(text, SEQUENCE, GOING_ON)
    assert with_static.blobs[2].shape == (rows, 6)
    assert with_static.macs == (without.macs or 0) + 3 * rows * 6


@pytest.mark.parametrize(("text", "states"), [(LSTM, 2), (RNN, 1)])
def test_exposed_states_are_bottoms_and_tops(text: str, states: int) -> None:
    exposed = text.replace("num_output: 7", "num_output: 7 expose_hidden: true")
    bottoms = [SEQUENCE, GOING_ON, STATIC, *[STATE] * states]
    assert infer(exposed, *bottoms, tops=1 + states).tops == ((4, 3, 7), *[STATE] * states)
    with pytest.raises(Fault, match="makes exactly"):
        infer(exposed, *bottoms)
    with pytest.raises(Fault, match="a state must be 1x3x7: bottom 3 is 3x7"):
        infer(exposed, *bottoms[:3], *[(3, 7)] * states, tops=1 + states)


@pytest.mark.parametrize(
    ("bottoms", "message"),
    [
        ([(4, 3), (4, 3)], "at least 3 axes"),
        ([SEQUENCE, (4, 3, 1)], "continuation of 2"),
        ([SEQUENCE, (4, 2)], "differ in timesteps or streams"),
        ([(0, 3, 5), (0, 3)], "no elements"),
        ([SEQUENCE, GOING_ON, (2, 6)], "static input takes 3 streams"),
        ([SEQUENCE, GOING_ON, (3,)], "static input takes 3 streams"),
    ],
)
@pytest.mark.parametrize("text", [LSTM, RNN])
def test_bottoms_caffe_dies_of(text: str, bottoms: list[Shape], message: str) -> None:
    with pytest.raises(Fault, match=message):
        infer(text, *bottoms)


def test_parameters_caffe_dies_of() -> None:
    with pytest.raises(Fault, match="num_output is missing or 0"):
        infer('type: "LSTM"', SEQUENCE, GOING_ON)
    with pytest.raises(Fault, match='its weights: filler type "xavierr" is not known'):
        infer(
            'type: "RNN" recurrent_param { num_output: 1 weight_filler { type: "xavierr" } }',
            SEQUENCE,
            GOING_ON,
        )


def test_sizes_not_known() -> None:
    facts = infer(LSTM, (None, None, 5), (None, None))
    assert facts.tops == ((None, None, 7),)
    assert [blob.shape for blob in facts.blobs] == [(28, 5), (28,), (28, 7)]
    assert facts.macs is None


def test_a_unit_is_one_timestep() -> None:
    facts = infer('type: "LSTMUnit"', (1, 3, 7), (1, 3, 28), (1, 3), tops=2)
    assert facts.tops == ((1, 3, 7), (1, 3, 7))


@pytest.mark.parametrize(
    ("bottoms", "message"),
    [
        ([(1, 3, 7), (1, 3, 27), (1, 3)], "bottom 1 must be 1x3x28"),
        ([(1, 3, 7), (1, 3, 28), (1, 3, 1)], "bottom 2 takes 2 axes"),
        ([(2, 3, 7), (1, 3, 28), (1, 3)], "bottom 0 must be 1x3x7"),
    ],
)
def test_a_unit_checks_its_bottoms(bottoms: list[Shape], message: str) -> None:
    with pytest.raises(Fault, match=message):
        infer('type: "LSTMUnit"', *bottoms, tops=2)
