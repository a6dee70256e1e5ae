from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._rule import Rule, rule
from protogen.checks._solver import SolverFile
from protogen.diagnostics import Diagnostic, Severity

_TRAIN = ("net", "net_param", "train_net", "train_net_param")


@rule
class SolverNets(Rule):
    """A solver that names no net to train, or more than one.

    **What it does.** Counts ``net``, ``net_param``, ``train_net`` and ``train_net_param``.

    **Why it is bad.** Caffe takes exactly one of them, and dies otherwise.

    **Example.** ``net: "train_val.prototxt"`` beside ``train_net: "train.prototxt"``.

    **Mended.** ``net`` for one file with both phases; ``train_net`` and ``test_net`` for two.
    """

    code, name, severity = "V101", "solver-nets", Severity.ERROR

    def check_solver(self, solver: SolverFile) -> Iterator[Diagnostic]:
        given = solver.given(*_TRAIN)
        if not given:
            yield self.found(
                None,
                f"names no net to train; Caffe wants one of {', '.join(_TRAIN)}",
                hint='net: "train_val.prototxt"',
            )
        elif len(given) > 1:
            yield self.found(
                None,
                f"names {len(given)} nets to train: {' and '.join(given)}",
                field=given[1],
                hint=f"keep one; {given[0]} is the first",
            )
