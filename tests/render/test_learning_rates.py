"""Learning rates for people and for scripts."""

from __future__ import annotations

import struct

import pytest
from google.protobuf import text_format

from protogen import proto
from protogen.render.learning_rates import data, format_rate, text
from protogen.reports.learning_rates import LearningRates, learning_rates


def report(solver: str) -> LearningRates:
    return learning_rates(text_format.Parse(solver, proto.SolverParameter()))


def test_the_table_and_the_drawing_of_steps() -> None:
    shown = text(report('base_lr: 1 lr_policy: "step" gamma: 0.01 stepsize: 50 max_iter: 100'))
    lines = shown.splitlines()
    assert lines[:3] == ["from  to  learning rate", "   0  49  1", "  50  99  0.01"]
    assert lines[4] == "   1 |" + "*" * 30
    assert lines[11] == "0.01 |" + " " * 30 + "*" * 30
    assert lines[-1].strip() == "(logarithmic)"


def test_a_fixed_rate_needs_no_drawing() -> None:
    shown = text(report('base_lr: 0.1 lr_policy: "fixed" max_iter: 100'))
    assert shown.splitlines() == ["from  to  learning rate", "   0  99  0.1"] or shown.endswith(
        "\n"
    )


@pytest.mark.parametrize("rate", [0.1, 1e-10, 0.00706, 1 / 3, 0.0])
def test_a_rate_has_the_digits_that_it_needs(rate: float) -> None:
    (single,) = struct.unpack("f", struct.pack("f", rate))
    shown = format_rate(single)
    assert struct.pack("f", float(shown)) == struct.pack("f", rate)
    assert len(shown) <= 12


def test_for_scripts() -> None:
    found = report('base_lr: 1 lr_policy: "poly" power: 0.5 max_iter: 0')
    assert data(found) == {
        "lr_policy": "poly",
        "max_iter": 0,
        "rates": [{"iteration": 0, "learning_rate": None}],
    }
