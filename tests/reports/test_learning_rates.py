"""The rows of learning rates: where they step, or spread over the training."""

from __future__ import annotations

import pytest
from google.protobuf import text_format

from protogen import proto
from protogen.reports.learning_rates import LearningRates, learning_rates


def report(text: str, *iterations: int) -> LearningRates:
    return learning_rates(text_format.Parse(text, proto.SolverParameter()), iterations)


def test_a_rate_that_steps() -> None:
    found = report('base_lr: 1 lr_policy: "step" gamma: 0.5 stepsize: 40 max_iter: 100')
    assert found.stepped
    assert found.rows == ((0, 1.0), (40, 0.5), (80, 0.25))
    assert (found.curve[0], found.curve[-1], len(found.curve)) == (1.0, 0.25, 60)


def test_a_rate_that_always_changes_or_steps_often() -> None:
    poly = report('base_lr: 1 lr_policy: "poly" power: 1 max_iter: 101')
    assert [iteration for iteration, _ in poly.rows] == list(range(0, 101, 10))
    assert poly.rows[5][1] == pytest.approx(1 - 50 / 101)
    often = report('base_lr: 1 lr_policy: "step" gamma: 0.9 stepsize: 1 max_iter: 101')
    assert not often.stepped
    assert len(often.rows) == 11


def test_the_iterations_asked_for() -> None:
    found = report('base_lr: 1 lr_policy: "step" gamma: 0.5 stepsize: 40 max_iter: 100', 39, 200)
    assert (found.stepped, found.rows) == (False, ((39, 1.0), (200, 0.03125)))
    assert report('base_lr: 1 lr_policy: "fixed"').rows == ((0, 1.0),)
