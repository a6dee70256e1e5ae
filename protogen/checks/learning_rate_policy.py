from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._check import Check, register
from protogen.checks._solver import POLICIES, SolverFile
from protogen.diagnostics import Diagnostic, Severity, did_you_mean
from protogen.rules import Rule

_FORKS = ("plateau", "multifixed", "stepearly")

#: What the rate does where a policy's own field is not given.
_WITHOUT = {
    ("step", "gamma"): "is 0 from iteration {stepsize} on",
    ("exp", "gamma"): "is 0 from iteration 1 on",
    ("inv", "gamma"): "never falls",
    ("inv", "power"): "never falls",
    ("multistep", "gamma"): "is 0 from iteration {stepvalue} on",
    ("multistep", "stepvalue"): "never falls",
    ("poly", "power"): "never falls",
    ("sigmoid", "gamma"): "is half of base_lr throughout",
}


@register
class LearningRatePolicy(Check):
    rule = Rule(
        code="V104",
        name="learning-rate-policy",
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
            yield from self._of_policy(solver, policy)
        elif policy not in _FORKS:
            known = did_you_mean(policy, POLICIES) or f"it is one of {', '.join(POLICIES)}"
            what = f'lr_policy "{policy}" is not known' if policy else "has no lr_policy"
            yield self.found(None, what, field="lr_policy", hint=known)

    def _of_policy(self, solver: SolverFile, policy: str) -> Iterator[Diagnostic]:
        message, needs = solver.message, POLICIES[policy]
        if "stepsize" in needs and message.stepsize <= 0:
            yield self.found(
                None,
                f'lr_policy "{policy}" wants a stepsize above 0, not {message.stepsize}',
                field="stepsize" if solver.given("stepsize") else "lr_policy",
            )
            return
        if "gamma" in needs and message.gamma < 0:
            yield self.found(None, f"gamma is {message.gamma:g}, below 0", field="gamma")
        for name in needs:
            if (policy, name) in _WITHOUT and not solver.given(name):
                steps = list(message.stepvalue) or ["0"]
                effect = _WITHOUT[policy, name].format(
                    stepsize=message.stepsize, stepvalue=steps[0]
                )
                yield self.found(
                    None,
                    f'lr_policy "{policy}" has no {name}: the learning rate {effect}',
                    field="lr_policy",
                    severity=Severity.WARNING,
                )
        steps = list(message.stepvalue)
        if policy == "multistep" and steps != sorted(steps):
            yield self.found(
                None,
                f"stepvalue does not ascend: {', '.join(map(str, steps))}",
                field="stepvalue[0]",
                why="Caffe waits for one after the other, and makes up at the next what is past",
                severity=Severity.WARNING,
            )
