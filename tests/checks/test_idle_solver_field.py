from __future__ import annotations

import pytest

from tests.checks.nets import SOLVER, solver_findings

pytestmark = pytest.mark.usefixtures("in_folder")


def test_the_whole_message() -> None:
    assert solver_findings(SOLVER + "momentum2: 0.999\ndelta: 1e-6\nstepsize: 100") == [
        "solver.prototxt:8:1: warning[V106] SGD does not read momentum2; only Adam does",
        "solver.prototxt:9:1: warning[V106] SGD does not read delta; only AdaGrad, RMSProp,"
        " AdaDelta and Adam do",
        'solver.prototxt:10:1: note[V106] lr_policy "fixed" does not read stepsize; only "step" and'
        ' "sigmoid" do',
    ]


def test_a_type_that_reads_them() -> None:
    adam = SOLVER + 'type: "Adam" momentum: 0.9 momentum2: 0.999 delta: 1e-8'
    assert solver_findings(adam) == []
