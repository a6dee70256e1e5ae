from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._check import Check, register
from protogen.checks._solver import SolverFile
from protogen.diagnostics import Diagnostic, Severity, did_you_mean
from protogen.rules import Rule

#: The solvers that BVLC Caffe registers.
_TYPES = ("SGD", "Nesterov", "AdaGrad", "RMSProp", "AdaDelta", "Adam")


@register
class SolverType(Check):
    rule = Rule(
        code="V105",
        name="solver-type",
        # SolverRegistry aborts for an unknown type.
        severity=Severity.ERROR,
        summary="An unknown solver type, or a value that this type rejects.",
        what="Checks `type`, `momentum` and `rms_decay` as Caffe does.",
        why="""
            Caffe aborts if the type is unknown, if AdaGrad or RMSProp has a `momentum`, or if the
            `rms_decay` of RMSProp is not in [0, 1).
            """,
        fix="Correct the type, or remove the field that it rejects.",
        file="solver.prototxt",
        files={"train_val.prototxt": ""},
        bad="""
            net: "train_val.prototxt"
            type: "RMSProp"
            momentum: 0.9
            base_lr: 0.01
            lr_policy: "fixed"
            max_iter: 10000
            """,
        good="""
            net: "train_val.prototxt"
            type: "RMSProp"
            rms_decay: 0.98
            base_lr: 0.01
            lr_policy: "fixed"
            max_iter: 10000
            """,
    )

    def check_solver(self, solver: SolverFile) -> Iterator[Diagnostic]:
        message = solver.message
        if message.type not in _TYPES:
            hint = did_you_mean(message.type, _TYPES) or f"expected one of {', '.join(_TYPES)}"
            yield self.found(None, f'unknown solver type "{message.type}"', field="type", hint=hint)
        # Caffe aborts in constructor_sanity_check of these solvers.
        if message.type in ("AdaGrad", "RMSProp") and message.momentum:
            yield self.found(
                None,
                f"{message.type} does not accept momentum, got {message.momentum:g}",
                field="momentum",
                hint="remove momentum",
            )
        if message.type == "RMSProp" and not 0 <= message.rms_decay < 1:
            yield self.found(
                None,
                f"rms_decay must be at least 0 and less than 1, got {message.rms_decay:g}",
                field="rms_decay",
            )
