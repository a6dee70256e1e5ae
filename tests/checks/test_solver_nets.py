"""By the checks in ``Solver::InitTrainNet``."""

from __future__ import annotations

import pytest

from tests.checks.nets import SOLVER, solver_findings

pytestmark = pytest.mark.usefixtures("in_folder")


def test_no_net() -> None:
    assert solver_findings('base_lr: 1 max_iter: 1 lr_policy: "fixed"', "V101") == [
        "solver.prototxt: error[V101] names no net to train; expected one of net, net_param,"
        " train_net, train_net_param\n"
        '  hint:  add net: "train_val.prototxt"'
    ]


def test_two_nets() -> None:
    assert solver_findings(SOLVER + 'train_net: "train_val.prototxt"', "V101") == [
        "solver.prototxt:8:1: error[V101] names 2 nets to train (net and train_net); expected 1\n"
        "  hint:  keep only one of them, such as net"
    ]


def test_one_net() -> None:
    assert solver_findings(SOLVER) == []
