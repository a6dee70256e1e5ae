from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._check import Check, register
from protogen.checks._solver import SolverFile
from protogen.diagnostics import Diagnostic, Severity, plural
from protogen.rules import Rule


@register
class SolverTests(Check):
    rule = Rule(
        code="V103",
        name="solver-tests",
        # Solver::InitTestNets aborts. A solver that never tests is a warning, below.
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
        nets = len(message.test_net) + len(message.test_net_param)
        iters = len(message.test_iter)
        # Further test_iter values test `net` or `net_param`. (source: ``Solver::InitTestNets``)
        has_net = bool(solver.given("net", "net_param"))
        is_surplus = iters > nets and not has_net
        if iters < nets or is_surplus:
            more = "; additional values are only for net or net_param" if is_surplus else ""
            yield self.found(
                None,
                f"expected {plural(nets, 'test_iter value')}, one for each test net, got {iters}",
                field="test_iter[0]",
                why=f"Caffe tests each test net for its number of iterations{more}",
            )
            return
        yield from self._states(len(message.test_state), iters)
        yield from self._interval(message.test_interval, iters)

    def _states(self, states: int, iters: int) -> Iterator[Diagnostic]:
        # Each test_iter is one tested net, also if several test the same file.
        if states not in (0, iters):
            yield self.found(
                None,
                f"expected {plural(iters, 'test_state')}, one for each tested net, or none; got"
                f" {states}",
                field="test_state[0]",
            )

    def _interval(self, interval: int, iters: int) -> Iterator[Diagnostic]:
        # Caffe checks the interval only if it tests, and never asks for test_iter.
        if iters and interval <= 0:
            yield self.found(
                None,
                f"test_interval must be greater than 0, got {interval}",
                field="test_interval",
                hint="set test_interval: 1000",
            )
        if not iters and interval > 0:
            yield self.found(
                None,
                f"never tests: test_interval is {interval}, but test_iter is missing",
                field="test_interval",
                hint="add test_iter: 100",
                severity=Severity.WARNING,
            )
