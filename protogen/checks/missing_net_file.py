from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from protogen.checks._check import Check, register
from protogen.checks._solver import SolverFile
from protogen.diagnostics import Diagnostic, Severity, did_you_mean
from protogen.rules import Rule


@register
class MissingNetFile(Check):
    rule = Rule(
        code="V102",
        name="missing-net-file",
        severity=Severity.ERROR,
        summary="A solver that names a net or weights that do not exist.",
        what="""
            Looks for `net`, `train_net`, `test_net` and `weights` in the current folder, in the
            folder of the solver, and in the folders above it.
            """,
        why="""
            Caffe cannot read the file and aborts. It looks only in the folder that it is run in,
            not in the folder of the solver.
            """,
        fix="Write the path relative to the folder in which you run Caffe.",
        file="solver.prototxt",
        files={"train_val.prototxt": ""},
        bad="""
            net: "trainval.prototxt"
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
        message = solver.message
        paths = [(name, getattr(message, name)) for name in solver.given("net", "train_net")]
        paths += [(f"test_net[{i}]", path) for i, path in enumerate(message.test_net)]
        for i, listed in enumerate(message.weights):
            paths += [(f"weights[{i}]", path.strip()) for path in listed.split(",")]
        for field, path in paths:
            if not solver.exists(path):
                yield self.found(
                    None,
                    f'{field.partition("[")[0]} "{path}" is not there, neither from here nor from'
                    " the solver's folder or one above it",
                    field=field,
                    hint=did_you_mean(Path(path).name, solver.beside),
                    why="Caffe opens the path as seen from the folder it is run in",
                )
