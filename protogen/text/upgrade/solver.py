"""The enum ``solver_type`` of old solvers, which became the string ``type``.

(``UpgradeSolverAsNeeded`` in Caffe's ``util/upgrade_proto.cpp``)
"""

from __future__ import annotations

from typing import Any

from protogen.text.upgrade.upgrade_findings import Findings

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
    """Replace ``solver_type`` by ``type``, in place."""
    if not solver.HasField("solver_type"):
        return
    # The default of "type" does not count: Caffe asks whether the field is written.
    if solver.HasField("type"):
        message = "solver has both type and the older solver_type; Caffe accepts only one of them"
        hint = f'delete solver_type if you mean type: "{solver.type}"'
        found.report("legacy-solver-type-twice", message, ("solver_type",), hint=hint)
        return
    old = solver.SolverType.Name(solver.solver_type)
    solver.type = _TYPES[old]
    solver.ClearField("solver_type")
    message = f'solver_type: {old} replaced by type: "{solver.type}"'
    found.report("legacy-solver-type", message, ("solver_type",))
