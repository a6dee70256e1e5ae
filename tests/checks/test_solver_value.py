"""By the checks in ``solver.cpp`` and ``sgd_solver.cpp``."""

from __future__ import annotations

import pytest

from tests.checks.nets import SOLVER, solver_findings

pytestmark = pytest.mark.usefixtures("in_folder")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            SOLVER + "average_loss: 0",
            "solver.prototxt:8:1: error[V108] average_loss must be at least 1, got 0",
        ),
        (
            SOLVER + "iter_size: 0",
            "solver.prototxt:8:1: error[V108] iter_size must be at least 1, got 0",
        ),
        (
            SOLVER + 'weight_decay: 1 regularization_type: "l2"',
            'solver.prototxt:8:17: error[V108] unknown regularization_type "l2"\n'
            '  hint:  did you mean "L2"?',
        ),
        (
            SOLVER + 'weight_decay: 1 regularization_type: "ridge"',
            'solver.prototxt:8:17: error[V108] unknown regularization_type "ridge"\n'
            "  hint:  expected L1 or L2",
        ),
        (
            SOLVER.replace("max_iter: 1000\n", ""),
            "solver.prototxt: warning[V108] max_iter is missing, so it is 0 and no iteration runs,"
            " unless a program steps the solver",
        ),
        (
            SOLVER.replace("max_iter: 1000\n", "snapshot: 0\n"),  # as in py-faster-rcnn
            "solver.prototxt: note[V108] max_iter is missing, so it is 0 and no iteration runs,"
            " unless a program steps the solver",
        ),
        (
            SOLVER.replace("base_lr: 0.01", "base_lr: 0"),
            "solver.prototxt:4:1: warning[V108] base_lr is 0, so nothing is learned",
        ),
        (
            SOLVER.replace("base_lr: 0.01\n", ""),
            "solver.prototxt: warning[V108] base_lr is missing, so it is 0 and nothing is learned",
        ),
    ],
)
def test_the_whole_message(text: str, message: str) -> None:
    assert solver_findings(text, "V108") == [message]


def test_values_that_caffe_accepts() -> None:
    assert solver_findings(SOLVER + 'weight_decay: 1 regularization_type: "L1"', "V108") == []
    assert solver_findings(SOLVER + "average_loss: 20 iter_size: 2", "V108") == []
    forks = SOLVER.replace("base_lr: 0.01\n", "").replace('"fixed"', '"multifixed"')
    assert "multifixed" in forks
    assert solver_findings(forks, "V108") == []
