"""By ``SGDSolver::GetLearningRate``."""

from __future__ import annotations

import pytest

from tests.checks.nets import SOLVER, solver_findings

pytestmark = pytest.mark.usefixtures("in_folder")


def with_policy(fields: str) -> str:
    return SOLVER.replace('lr_policy: "fixed"', fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            'lr_policy: "stpe"',
            '6:1: error[V104] unknown lr_policy "stpe"\n  hint:  did you mean "step"?',
        ),
        (
            'lr_policy: "cosine"',
            '6:1: error[V104] unknown lr_policy "cosine"\n'
            "  hint:  expected one of fixed, step, exp, inv, multistep, poly, sigmoid",
        ),
        (
            'lr_policy: "step" gamma: 0.1',
            '6:1: error[V104] lr_policy "step" requires a stepsize greater than 0, got 0',
        ),
        (
            'lr_policy: "exp" gamma: -1',
            "6:18: error[V104] gamma must not be negative, got -1",
        ),
        (
            'lr_policy: "step" stepsize: 7',
            '6:1: warning[V104] lr_policy "step" without gamma: the learning rate is 0 from'
            " iteration 7 on",
        ),
        (
            'lr_policy: "multistep" gamma: 0.1',
            '6:1: warning[V104] lr_policy "multistep" without stepvalue: the learning rate never'
            " falls",
        ),
        (
            'lr_policy: "multistep" gamma: 0.1 stepvalue: 9 stepvalue: 5',
            "6:35: warning[V104] stepvalue must be increasing, got 9, 5\n"
            "  why:   Caffe waits for the values in the order given: a smaller one takes effect in"
            " the iteration after the one before it",
        ),
        (
            'lr_policy: "poly"',
            '6:1: warning[V104] lr_policy "poly" without power: the learning rate never falls',
        ),
    ],
)
def test_the_whole_message(fields: str, message: str) -> None:
    assert solver_findings(with_policy(fields), "V104") == [f"solver.prototxt:{message}"]


def test_no_policy() -> None:
    (text,) = solver_findings(with_policy(""), "V104")
    assert text.startswith("solver.prototxt: error[V104] lr_policy is missing\n")


@pytest.mark.parametrize(
    "fields",
    [
        'lr_policy: "step" gamma: 0.1 stepsize: 7',
        'lr_policy: "multistep" gamma: 0.1 stepvalue: 5 stepvalue: 9',
        'lr_policy: "inv" gamma: 0.1 power: 0.75',
        'lr_policy: "sigmoid" gamma: 0.1 stepsize: 7',
        'lr_policy: "poly" power: 1',
        'lr_policy: "plateau" gamma: 0.1',
    ],
)
def test_policies_with_all_their_fields(fields: str) -> None:
    assert solver_findings(with_policy(fields)) == []
