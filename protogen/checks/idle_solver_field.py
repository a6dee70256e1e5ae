from __future__ import annotations

from collections.abc import Iterator, Sequence

from protogen.checks._check import Check, register
from protogen.checks._solver import POLICIES, SolverFile
from protogen.checks._wiring import in_words
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule

#: The types of solvers that read a field, for the fields that not all types read.
#: (source: ``src/caffe/solvers/``)
_READERS = {
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
        # Whoever tunes the field waits for an effect in vain.
        severity=Severity.WARNING,
        summary="A field that this type of solver or learning rate policy does not read.",
        what="""
            Finds `momentum2`, `rms_decay` and `delta` with a `type` that does not read them, and
            `gamma`, `power`, `stepsize` and `stepvalue` with an `lr_policy` that does not read
            them. Fields of another policy are a note, because solvers are often copies of each
            other.
            """,
        why="The value has no effect, although it looks like a setting.",
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
        yield from self._fields_of_types(solver)
        if solver.message.lr_policy in POLICIES:
            yield from self._fields_of_policies(solver, solver.message.lr_policy)

    def _fields_of_types(self, solver: SolverFile) -> Iterator[Diagnostic]:
        # momentum is missing in the table: types that do not read it reject it.
        solver_type = solver.message.type
        for name in solver.given(*_READERS):
            if solver_type not in _READERS[name]:
                yield self.found(
                    None,
                    f"{solver_type} does not read {name}; {_only(_READERS[name])}",
                    field=name,
                )

    def _fields_of_policies(self, solver: SolverFile, policy: str) -> Iterator[Diagnostic]:
        for name in solver.given(*_POLICY_FIELDS):
            if name in POLICIES[policy]:
                continue
            readers = []
            for other, fields in POLICIES.items():
                if name in fields:
                    readers.append(f'"{other}"')
            # A note, because people try policies and keep the fields of the last one.
            yield self.found(
                None,
                f'lr_policy "{policy}" does not read {name}; {_only(readers)}',
                field="stepvalue[0]" if name == "stepvalue" else name,
                severity=Severity.NOTE,
            )


def _only(names: Sequence[str]) -> str:
    """``only Adam does``, or ``only "step" and "sigmoid" do``."""
    # A field that nobody reads would be an unknown field, so there is at least one.
    verb = "does" if len(names) == 1 else "do"
    return f"only {in_words(names)} {verb}"
