"""By the checks in ``Solver::InitTestNets``."""

from __future__ import annotations

import pytest

from tests.checks.nets import SOLVER, solver_findings

pytestmark = pytest.mark.usefixtures("in_folder")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            SOLVER.replace("net:", "train_net:"),
            "solver.prototxt:2:1: error[V103] expected 0 test_iter values, one for each test net,"
            " got 1\n"
            "  why:   Caffe tests each test net for its number of iterations; additional values are"
            " only for net or net_param",
        ),
        (
            SOLVER.replace("test_iter: 100\n", 'test_net: "train_val.prototxt"\n'),
            "solver.prototxt: error[V103] expected 1 test_iter value, one for each test net, got"
            " 0\n"
            "  why:   Caffe tests each test net for its number of iterations",
        ),
        (
            SOLVER.replace("test_interval: 500\n", ""),
            "solver.prototxt: error[V103] test_interval must be greater than 0, got 0\n"
            "  hint:  set test_interval: 1000",
        ),
        (
            SOLVER + "test_state { } test_state { }",
            "solver.prototxt:8:1: error[V103] expected 1 test_state, one for each tested net, or"
            " none; got 2",
        ),
        (
            SOLVER.replace("test_iter: 100\n", ""),
            "solver.prototxt:2:1: warning[V103] never tests: test_interval is 500, but test_iter is"
            " missing\n"
            "  hint:  add test_iter: 100",
        ),
    ],
)
def test_the_whole_message(text: str, message: str) -> None:
    assert solver_findings(text, "V103") == [message]


def test_tests_that_match() -> None:
    assert solver_findings(SOLVER, "V103") == []
    two = SOLVER + 'test_net: "train_val.prototxt" test_iter: 50'
    assert solver_findings(two, "V103") == []
