"""The rule ``schedule-never-steps``."""

from __future__ import annotations

import pytest

from protogen import proto
from protogen.checks import check_solver
from protogen.text import read


@pytest.mark.parametrize(
    ("schedule", "reported"),
    [
        ('lr_policy: "step" gamma: 0.1 stepsize: 10', True),
        ('lr_policy: "step" gamma: 0.1 stepsize: 9', False),
        ('lr_policy: "step" gamma: 1 stepsize: 10', False),
        ('lr_policy: "multistep" gamma: 0.1 stepvalue: 20 stepvalue: 30', True),
        ('lr_policy: "multistep" gamma: 0.1 stepvalue: 5 stepvalue: 30', False),
        ('lr_policy: "fixed"', False),
    ],
)
def test_steps_after_the_end(schedule: str, reported: bool) -> None:
    text = f"net_param {{ }} base_lr: 0.1 max_iter: 10 {schedule}"
    document = read(text, proto.SolverParameter, "solver.prototxt")
    found = [each.name for each in check_solver(document).diagnostics]
    assert found == (["schedule-never-steps"] if reported else [])
