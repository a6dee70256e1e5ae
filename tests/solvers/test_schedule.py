"""Learning rates, bit by bit those of a real Caffe.

`learning_rates.jsonl.gz` has the rates of the first 200 iterations of each solver in BVLC Caffe
1.0.0: a weight of 0 whose gradient is 1, without momentum, is the negative rate after each step.
"""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest
from google.protobuf import text_format

from protogen import proto
from protogen.solvers import learning_rate, rate_changes
from tests.conftest import rows


def solver(text: str) -> Any:
    return text_format.Parse(text, proto.SolverParameter())


def bits(value: float) -> int:
    number: int = struct.unpack("i", struct.pack("f", value))[0]
    return number


@pytest.mark.parametrize("row", rows("learning_rates.jsonl.gz"), ids=lambda row: row["solver"])
def test_the_rates_of_a_real_caffe(row: dict[str, Any]) -> None:
    message = solver(row["solver"])
    found = [learning_rate(message, iteration) for iteration in range(200)]
    # Its C library is one unit off the exact power in one of 2,800 rates.
    distances = [abs(bits(a) - bits(b)) for a, b in zip(found, row["rates"])]
    assert max(distances) <= 1
    assert sum(distances) <= 1


def test_a_rate_where_c_computes_no_number() -> None:
    poly = solver('base_lr: 1 lr_policy: "poly" power: 0.5 max_iter: 10')
    assert learning_rate(poly, 10) == 0
    assert math.isnan(learning_rate(poly, 11))
    assert learning_rate(solver('base_lr: 1 lr_policy: "exp" gamma: 2'), 10**6) == math.inf
    sigmoid = solver('base_lr: 1 lr_policy: "sigmoid" gamma: 9 stepsize: 10000')
    assert learning_rate(sigmoid, 0) == 0
    with pytest.raises(ValueError, match='unknown lr_policy "plateau"'):
        learning_rate(solver('lr_policy: "plateau"'), 0)
    with pytest.raises(ValueError, match="stepsize must be greater than 0, got 0"):
        learning_rate(solver('lr_policy: "step"'), 0)


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ('lr_policy: "fixed"', []),
        ('lr_policy: "step" stepsize: 4', [4, 8]),
        # Caffe waits for 5, and takes 3 in the iteration after it.
        ('lr_policy: "multistep" stepvalue: [5, 3, 10]', [5, 6]),
        ('lr_policy: "inv"', None),
    ],
)
def test_where_a_rate_steps(text: str, changes: list[int] | None) -> None:
    assert rate_changes(solver(f"{text} max_iter: 10")) == changes
