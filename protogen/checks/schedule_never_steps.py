from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._check import Check, register
from protogen.checks._solver import SolverFile
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule


@register
class ScheduleNeverSteps(Check):
    rule = Rule(
        code="V109",
        name="schedule-never-steps",
        # Caffe trains to the end with one learning rate, and never says so.
        severity=Severity.WARNING,
        summary="A learning rate that steps only after the end of training.",
        what="""
            Compares `stepsize` (step) and every `stepvalue` (multistep) with `max_iter`. A `gamma`
            of 1 is not reported, because then no step changes anything.
            """,
        why="""
            Caffe trains with `base_lr` from the first iteration to the last. Often the numbers are
            for another batch size, or for another data set.
            """,
        fix="""
            Give a smaller step, or train longer. Use `lr_policy: "fixed"` if the rate should not
            change.
            """,
        file="solver.prototxt",
        files={"train_val.prototxt": ""},
        bad="""
            net: "train_val.prototxt"
            base_lr: 0.01
            lr_policy: "step"
            gamma: 0.1
            stepsize: 100000
            max_iter: 10000
            """,
        good="""
            net: "train_val.prototxt"
            base_lr: 0.01
            lr_policy: "step"
            gamma: 0.1
            stepsize: 4000
            max_iter: 10000
            """,
    )

    def check_solver(self, solver: SolverFile) -> Iterator[Diagnostic]:
        message = solver.message
        if message.lr_policy == "step":
            first, field = message.stepsize, "stepsize"
        elif message.lr_policy == "multistep" and message.stepvalue:
            # If they are out of order, Caffe waits for the first; that has its own warning.
            first, field = min(message.stepvalue), "stepvalue[0]"
        else:
            return
        # With gamma 1, a step would change nothing anyway.
        if 0 < message.max_iter <= first and message.gamma != 1:
            yield self.found(
                None,
                f"the learning rate never steps: {field.partition('[')[0]} {first} is not less than"
                f" max_iter {message.max_iter}",
                field=field,
                hint='give a smaller step, or lr_policy: "fixed"',
            )
