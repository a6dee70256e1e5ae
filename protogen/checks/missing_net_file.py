from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from protogen.checks._rule import Rule, rule
from protogen.checks._solver import SolverFile
from protogen.diagnostics import Diagnostic, Severity, did_you_mean


@rule
class MissingNetFile(Rule):
    """A net or weights that a solver names and that are not there.

    **What it does.** Looks for ``net``, ``train_net``, ``test_net`` and ``weights`` in the current
    folder, in the solver's own and in those above it.

    **Why it is bad.** Caffe dies on reading the file. It looks in the folder it is run in, not in
    the solver's.

    **Example.** ``net: "train_val.prototxt"`` where the file is called ``trainval.prototxt``.

    **Mended.** The path as seen from the folder in which Caffe will run.
    """

    code, name, severity = "V102", "missing-net-file", Severity.ERROR

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
