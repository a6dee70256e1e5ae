from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._check import Check, register
from protogen.checks._solver import SolverFile
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule

#: The fields of which Solver::InitTrainNet accepts exactly one.
_TRAIN = ("net", "net_param", "train_net", "train_net_param")


@register
class SolverNets(Check):
    rule = Rule(
        code="V101",
        name="solver-nets",
        # Solver::InitTrainNet aborts.
        severity=Severity.ERROR,
        summary="A solver that names no net to train, or more than one.",
        what="Counts `net`, `net_param`, `train_net` and `train_net_param`.",
        why="Caffe needs exactly one of these fields and aborts otherwise.",
        fix="""
            Use `net` for one file with both phases. Use `train_net` and `test_net` for one file per
            phase.
            """,
        file="solver.prototxt",
        files={"train_val.prototxt": "", "train.prototxt": ""},
        bad="""
            net: "train_val.prototxt"
            train_net: "train.prototxt"
            base_lr: 0.01
            lr_policy: "fixed"
            max_iter: 10000
            """,
        good="""
            net: "train_val.prototxt"
            base_lr: 0.01
            lr_policy: "fixed"
            max_iter: 10000
            """,
    )

    def check_solver(self, solver: SolverFile) -> Iterator[Diagnostic]:
        # test_net alone trains nothing, and test nets are optional.
        given = solver.given(*_TRAIN)
        if not given:
            yield self.found(
                None,
                f"names no net to train; expected one of {', '.join(_TRAIN)}",
                hint='add net: "train_val.prototxt"',
            )
        elif len(given) > 1:
            yield self.found(
                None,
                f"names {len(given)} nets to train ({' and '.join(given)}); expected 1",
                field=given[1],
                hint=f"keep only one of them, such as {given[0]}",
            )
