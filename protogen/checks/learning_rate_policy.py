from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._check import Check, register
from protogen.checks._solver import POLICIES, SolverFile
from protogen.diagnostics import Diagnostic, Severity, did_you_mean
from protogen.rules import Rule

#: Policies of forks, which read fields of their own.
_FORK_POLICIES = ("plateau", "multifixed", "stepearly")

#: The learning rate without a field that the formula of the policy reads, as the field is 0 then.
#: (source: ``SGDSolver::GetLearningRate``)
_WITHOUT = {
    ("step", "gamma"): "is 0 from iteration {stepsize} on",
    ("exp", "gamma"): "is 0 from iteration 1 on",
    ("inv", "gamma"): "never falls",
    ("inv", "power"): "never falls",
    ("multistep", "gamma"): "is 0 from iteration {stepvalue} on",
    ("multistep", "stepvalue"): "never falls",
    ("poly", "power"): "never falls",
    ("sigmoid", "gamma"): "is always half of base_lr",
}


@register
class LearningRatePolicy(Check):
    rule = Rule(
        code="V104",
        name="learning-rate-policy",
        # SGDSolver::GetLearningRate aborts. What only weakens training is a warning, below.
        severity=Severity.ERROR,
        summary="An unknown learning rate policy, or one without the fields that it needs.",
        what="""
            Checks `lr_policy` and the fields that its formula reads: `gamma` (step, exp, inv,
            multistep, sigmoid), `stepsize` (step, sigmoid), `stepvalue` (multistep) and `power`
            (inv, poly).
            """,
        why="""
            Caffe aborts in the first iteration if the policy is unknown, `stepsize` is not above 0,
            or `gamma` is negative. Every other field that is missing is 0: the learning rate then
            drops to 0 at once, or never drops (a warning).
            """,
        fix="Add the fields that the policy needs.",
        file="solver.prototxt",
        files={"train_val.prototxt": ""},
        bad="""
            net: "train_val.prototxt"
            base_lr: 0.01
            lr_policy: "step"
            gamma: 0.1
            max_iter: 10000
            """,
        good="""
            net: "train_val.prototxt"
            base_lr: 0.01
            lr_policy: "step"
            gamma: 0.1
            stepsize: 1000
            max_iter: 10000
            """,
    )

    def check_solver(self, solver: SolverFile) -> Iterator[Diagnostic]:
        policy = solver.message.lr_policy
        if policy in POLICIES:
            yield from self._fields(solver, policy)
        elif policy not in _FORK_POLICIES:
            message = "lr_policy is missing"
            if policy:
                message = f'unknown lr_policy "{policy}"'
            hint = did_you_mean(policy, POLICIES) or f"expected one of {', '.join(POLICIES)}"
            yield self.found(None, message, field="lr_policy", hint=hint)

    def _fields(self, solver: SolverFile, policy: str) -> Iterator[Diagnostic]:
        message = solver.message
        if "stepsize" in POLICIES[policy] and message.stepsize <= 0:
            yield self.found(
                None,
                f'lr_policy "{policy}" requires a stepsize greater than 0, got {message.stepsize}',
                field="stepsize" if solver.given("stepsize") else "lr_policy",
            )
            return  # Caffe aborts, so what else is wrong has no effect
        if "gamma" in POLICIES[policy] and message.gamma < 0:
            yield self.found(
                None, f"gamma must not be negative, got {message.gamma:g}", field="gamma"
            )
        yield from self._missing_fields(solver, policy)
        if policy == "multistep":
            yield from self._order_of_steps(list(message.stepvalue))

    def _missing_fields(self, solver: SolverFile, policy: str) -> Iterator[Diagnostic]:
        message = solver.message
        # From its first step on, pow(gamma, current_step) is 0 with a gamma of 0.
        first_step = message.stepvalue[0] if message.stepvalue else 0
        for name in POLICIES[policy]:
            effect = _WITHOUT.get((policy, name))
            if effect is None or solver.given(name):
                continue
            effect = effect.format(stepsize=message.stepsize, stepvalue=first_step)
            yield self.found(
                None,
                f'lr_policy "{policy}" without {name}: the learning rate {effect}',
                field="lr_policy",
                severity=Severity.WARNING,
            )

    def _order_of_steps(self, steps: list[int]) -> Iterator[Diagnostic]:
        if steps == sorted(steps):
            return
        yield self.found(
            None,
            f"stepvalue must be increasing, got {', '.join(map(str, steps))}",
            field="stepvalue[0]",
            why="Caffe waits for the values in the order given: a smaller one takes effect in the"
            " iteration after the one before it",
            severity=Severity.WARNING,
        )
