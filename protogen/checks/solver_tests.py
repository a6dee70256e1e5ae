from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._rule import Rule, rule
from protogen.checks._solver import SolverFile
from protogen.diagnostics import Diagnostic, Severity, plural, times


@rule
class SolverTests(Rule):
    """Test nets, ``test_iter``, ``test_interval`` and ``test_state`` that do not agree.

    **What it does.** Counts them as Caffe does: each test net wants its ``test_iter``; those left
    over test ``net``, if there is one.

    **Why it is bad.** Caffe dies where the numbers disagree, or where it has something to test and
    ``test_interval`` is not above 0. With an interval and nothing to test, it never tests (a
    warning).

    **Example.** ``train_net: "train.prototxt"  test_iter: 100``, with no ``test_net``.

    **Mended.** One ``test_iter`` for each test net, and a ``test_interval``.
    """

    code, name, severity = "V103", "solver-tests", Severity.ERROR

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
