from __future__ import annotations

from collections.abc import Iterator, Sequence

from protogen.checks._check import Check, register
from protogen.checks._solver import POLICIES, SolverFile
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule

#: Who reads the fields that only some types read.
_TYPES = {
    "momentum2": ("Adam",),
    "rms_decay": ("RMSProp",),
    "delta": ("AdaGrad", "RMSProp", "AdaDelta", "Adam"),
}
_POLICY_FIELDS = ("gamma", "power", "stepsize", "stepvalue")


@register
class IdleSolverField(Check):
    rule = Rule(
        code="V106",
        name="idle-solver-field",
        severity=Severity.WARNING,
        summary="A field that this type of solver or learning rate policy does not read.",
        what="""
            Finds `momentum2`, `rms_decay` and `delta` with a `type` that does not read them, and
            `gamma`, `power`, `stepsize` and `stepvalue` with an `lr_policy` that does not read
            them. Fields of another policy are a note, because solvers are often copies of each
            other.
            """,
        why="The value has no effect, but a reader of the file takes it for a setting.",
        fix="Remove the field, or change the type or the policy to one that reads it.",
        file="solver.prototxt",
        files={"train_val.prototxt": ""},
        bad="""
            net: "train_val.prototxt"
            type: "SGD"
            base_lr: 0.001
            lr_policy: "fixed"
            momentum: 0.9
            momentum2: 0.999
            max_iter: 10000
            """,
        good="""
            net: "train_val.prototxt"
            type: "Adam"
            base_lr: 0.001
            lr_policy: "fixed"
            momentum: 0.9
            momentum2: 0.999
            max_iter: 10000
            """,
    )

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
