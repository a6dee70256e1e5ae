from __future__ import annotations

from collections.abc import Iterator, Sequence

from protogen.checks._rule import Rule, rule
from protogen.checks._solver import POLICIES, SolverFile
from protogen.diagnostics import Diagnostic, Severity

#: Who reads the fields that only some types read.
_TYPES = {
    "momentum2": ("Adam",),
    "rms_decay": ("RMSProp",),
    "delta": ("AdaGrad", "RMSProp", "AdaDelta", "Adam"),
}
_POLICY_FIELDS = ("gamma", "power", "stepsize", "stepvalue")


@rule
class IdleSolverField(Rule):
    """A field that this type of solver, or this policy, does not read.

    **What it does.** Finds ``momentum2``, ``rms_decay`` and ``delta`` for another ``type``, and
    ``gamma``, ``power``, ``stepsize`` and ``stepvalue`` for another ``lr_policy``. Leftovers of a
    policy are a note: solvers are often made from each other.

    **Why it is bad.** The value does nothing, though whoever reads the file takes it for a setting.

    **Example.** ``type: "SGD"  momentum2: 0.999``, meant for Adam.

    **Mended.** ``type: "Adam"  momentum2: 0.999``, or no ``momentum2``.
    """

    code, name = "V106", "idle-solver-field"

    def check_solver(self, solver: SolverFile) -> Iterator[Diagnostic]:
        message = solver.message
        for name in solver.given(*_TYPES):
            if message.type not in _TYPES[name]:
                yield self.found(
                    None,
                    f"{message.type} does not read {name}; {_read(_TYPES[name])}",
                    field=name,
                )
        if message.lr_policy not in POLICIES:
            return
        for name in solver.given(*_POLICY_FIELDS):
            if name not in POLICIES[message.lr_policy]:
                readers = [f'"{policy}"' for policy, needs in POLICIES.items() if name in needs]
                yield self.found(
                    None,
                    f'lr_policy "{message.lr_policy}" does not read {name}; {_read(readers)}',
                    field="stepvalue[0]" if name == "stepvalue" else name,
                    severity=Severity.NOTE,
                )


def _read(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"{names[0]} does"
    return f"{', '.join(names[:-1])} and {names[-1]} do"
