"""By the checks in ``solver_factory.hpp`` and ``solvers/``."""

from __future__ import annotations

import pytest

from tests.checks.nets import SOLVER, solver_findings

pytestmark = pytest.mark.usefixtures("in_folder")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            'type: "Adma"',
            'solver.prototxt:8:1: error[V105] unknown solver type "Adma"\n'
            '  hint:  did you mean "Adam"?',
        ),
        (
            'type: "Momentum"',
            'solver.prototxt:8:1: error[V105] unknown solver type "Momentum"\n'
            "  hint:  expected one of SGD, Nesterov, AdaGrad, RMSProp, AdaDelta, Adam",
        ),
        (
            'type: "RMSProp" momentum: 0.9',
            "solver.prototxt:8:17: error[V105] RMSProp does not accept momentum, got 0.9\n"
            "  hint:  remove momentum",
        ),
        (
            'type: "RMSProp" rms_decay: 1',
            "solver.prototxt:8:17: error[V105] rms_decay must be at least 0 and less than 1, got 1",
        ),
        (
            "solver_type: ADAGRAD momentum: 0.9",
            "solver.prototxt:8:22: error[V105] AdaGrad does not accept momentum, got 0.9\n"
            "  hint:  remove momentum",
        ),
    ],
)
def test_the_whole_message(fields: str, message: str) -> None:
    assert solver_findings(SOLVER + fields, "V105") == [message]


def test_values_that_the_type_accepts() -> None:
    assert solver_findings(SOLVER + 'type: "RMSProp" rms_decay: 0.98', "V105") == []
    assert solver_findings(SOLVER + 'type: "Nesterov" momentum: 0.9', "V105") == []
