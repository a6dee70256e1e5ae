"""The ``solver_type`` enum of old solvers, now the string ``type``.

(``UpgradeSolverAsNeeded`` in Caffe's ``util/upgrade_proto.cpp``)
"""

from __future__ import annotations

from typing import Any

from protogen.text.upgrade.findings import Findings

__all__ = ["upgrade_type"]

_TYPES = {
    "SGD": "SGD",
    "NESTEROV": "Nesterov",
    "ADAGRAD": "AdaGrad",
    "RMSPROP": "RMSProp",
    "ADADELTA": "AdaDelta",
    "ADAM": "Adam",
}


def upgrade_type(solver: Any, found: Findings) -> None:
    """Give the solver's type by its name, in place."""
    if not solver.HasField("solver_type"):
        return
    if solver.HasField("type"):
        message = "the solver has both type and the older solver_type, and Caffe accepts only one"
        hint = f'delete solver_type if "{solver.type}" is intended'
        found.report("legacy-solver-type-twice", message, ("solver_type",), hint=hint)
        return
    old = solver.SolverType.Name(solver.solver_type)
    solver.type = _TYPES[old]
    solver.ClearField("solver_type")
    message = f'solver_type: {old} became type: "{solver.type}"'
    found.report("legacy-solver-type", message, ("solver_type",))
