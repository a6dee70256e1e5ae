from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._check import Check, register
from protogen.checks._solver import POLICIES, SolverFile
from protogen.diagnostics import Diagnostic, Severity, did_you_mean
from protogen.rules import Rule


@register
class SolverValue(Check):
    rule = Rule(
        code="V108",
        name="solver-value",
        # Caffe aborts. What only leaves nothing to learn is a warning, below.
        severity=Severity.ERROR,
        summary="A solver value that Caffe rejects, or with which nothing is learned.",
        what="Checks `average_loss`, `iter_size`, `regularization_type`, `max_iter` and `base_lr`.",
        why="""
            Caffe aborts if `average_loss` is below 1, and at the first update if
            `regularization_type` is unknown. An `iter_size` below 1 makes the loss NaN. Without
            `max_iter`, training runs for 0 iterations; without `base_lr`, the learning rate is 0
            (both are warnings).
            """,
        fix="Correct the value, or add the field.",
        file="solver.prototxt",
        files={"train_val.prototxt": ""},
        bad="""
            net: "train_val.prototxt"
            base_lr: 0.01
            lr_policy: "fixed"
            weight_decay: 0.0005
            regularization_type: "l2"
            max_iter: 10000
            """,
        good="""
            net: "train_val.prototxt"
            base_lr: 0.01
            lr_policy: "fixed"
            weight_decay: 0.0005
            regularization_type: "L2"
            max_iter: 10000
            """,
    )

    def check_solver(self, solver: SolverFile) -> Iterator[Diagnostic]:
        message = solver.message
        for name in ("average_loss", "iter_size"):
            value = getattr(message, name)
            if value < 1:
                yield self.found(None, f"{name} must be at least 1, got {value}", field=name)
        kind = message.regularization_type
        if message.weight_decay and kind not in ("L1", "L2"):
            yield self.found(
                None,
                f'unknown regularization_type "{kind}"',
                field="regularization_type",
                hint=did_you_mean(kind, ("L1", "L2")) or "expected L1 or L2",
            )
        if not solver.given("max_iter"):
            # Faster R-CNN, for example, steps the solver and takes the snapshots in Python.
            is_stepped = message.HasField("snapshot") and not message.snapshot
            yield self._idle(
                "max_iter is missing, so it is 0 and no iteration runs, unless a program steps the"
                " solver",
                field="max_iter",
                severity=Severity.NOTE if is_stepped else Severity.WARNING,
            )
        # Another policy is that of a fork, with its own learning rates.
        if not message.base_lr and message.lr_policy in POLICIES:
            zero = "is 0, so" if solver.given("base_lr") else "is missing, so it is 0 and"
            yield self._idle(f"base_lr {zero} nothing is learned", field="base_lr")

    def _idle(
        self, message: str, *, field: str, severity: Severity = Severity.WARNING
    ) -> Diagnostic:
        return self.found(None, message, field=field, severity=severity)
