from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._check import Check, register
from protogen.checks._solver import SolverFile
from protogen.diagnostics import Diagnostic, Severity, plural, times
from protogen.rules import Rule


@register
class SolverTests(Check):
    rule = Rule(
        code="V103",
        name="solver-tests",
        severity=Severity.ERROR,
        summary="Test nets, `test_iter`, `test_interval` and `test_state` that do not match.",
        what="""
            Counts them as Caffe does: each test net needs one `test_iter`, and further `test_iter`
            values are for `net`, if it is given.
            """,
        why="""
            Caffe aborts if the numbers do not match, or if there is something to test and
            `test_interval` is not above 0. If there is an interval but nothing to test, Caffe never
            tests (a warning).
            """,
        fix="Give one `test_iter` for each test net, and a `test_interval`.",
        file="solver.prototxt",
        files={"train.prototxt": "", "test.prototxt": ""},
        bad="""
            train_net: "train.prototxt"
            test_iter: 100
            test_interval: 500
            base_lr: 0.01
            lr_policy: "fixed"
            max_iter: 10000
            """,
        good="""
            train_net: "train.prototxt"
            test_net: "test.prototxt"
            test_iter: 100
            test_interval: 500
            base_lr: 0.01
            lr_policy: "fixed"
            max_iter: 10000
            """,
    )

    def check_solver(self, solver: SolverFile) -> Iterator[Diagnostic]:
        message = solver.message
        generic = bool(solver.given("net", "net_param"))
        nets, iters = len(message.test_net) + len(message.test_net_param), len(message.test_iter)
        if iters < nets or (iters > nets and not generic):
            yield self.found(
                None,
                f"test_iter is given {times(iters)} for {plural(nets, 'test net')}",
                field="test_iter[0]",
                why="each test net wants one; more of them test net, which is not given"
                if iters > nets
                else "each test net wants one",
            )
            return
        states = len(message.test_state)
        if states not in (0, iters):
            yield self.found(
                None,
                f"test_state is given {times(states)} for {plural(iters, 'tested net')};"
                " give it for each, or not at all",
                field="test_state[0]",
            )
        if iters and message.test_interval <= 0:
            yield self.found(
                None,
                f"test_interval is {message.test_interval}; Caffe wants it above 0 to test",
                field="test_interval",
                hint="test_interval: 1000",
            )
        if not iters and message.test_interval > 0:
            yield self.found(
                None,
                f"never tests: test_interval is {message.test_interval}, but no test_iter is given",
                field="test_interval",
                hint="test_iter: 100",
                severity=Severity.WARNING,
            )
