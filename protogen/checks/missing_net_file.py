from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from protogen.checks._check import Check, register
from protogen.checks._solver import SolverFile
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule


@register
class MissingNetFile(Check):
    rule = Rule(
        code="V102",
        name="missing-net-file",
        # ReadProtoFromTextFile aborts at start-up.
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
        for field, path in _named_files(solver):
            problem = _problem(path, solver)
            if not problem:
                continue
            name = field.partition("[")[0]
            yield self.found(
                None,
                f'{name} "{path}" {problem}',
                field=field,
                hint=_similar_net(path, solver),
                why="Caffe opens the path relative to the folder that it runs in",
            )


def _problem(path: str, solver: SolverFile) -> str:
    """Why Caffe cannot read a file; empty if it can."""
    if not path:
        return "is empty, and names no file"
    if solver.is_folder(path):
        return "is a folder, not a file"
    if not solver.exists(path):
        return (
            "does not exist in the current folder, the folder of the solver, or a folder above it"
        )
    return ""


def _similar_net(path: str, solver: SolverFile) -> str:
    """A hint if a net with nearly the same name is in the folder of the solver."""
    # Only neighbors: in the whole tree, many nets have the same name.
    nets = solver.neighboring_nets
    near = difflib.get_close_matches(Path(path).stem, nets, n=1, cutoff=0.8)
    if not near:
        return ""
    return f'did you mean "{near[0]}.prototxt"?'


def _named_files(solver: SolverFile) -> Iterator[tuple[str, str]]:
    """The fields that name a file, and the paths."""
    message = solver.message
    # Nets within the solver, as in net_param, have no file.
    for name in solver.given("net", "train_net"):
        yield name, getattr(message, name)
    for i, path in enumerate(message.test_net):
        yield f"test_net[{i}]", path
    for i, paths in enumerate(message.weights):
        # One value may list several files (source: ``LoadNetWeights`` in solver.cpp).
        for path in paths.split(","):
            yield f"weights[{i}]", path.strip()
