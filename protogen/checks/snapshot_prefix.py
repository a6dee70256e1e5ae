from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from protogen.checks._rule import Rule, rule
from protogen.checks._solver import SolverFile
from protogen.diagnostics import Diagnostic, Severity


@rule
class SnapshotPrefix(Rule):
    """Snapshots that cannot be written where the solver wants them.

    **What it does.** Looks for the folder of ``snapshot_prefix`` as for the net's file, unless no
    snapshot is written at all.

    **Why it is bad.** Caffe makes no folder. With ``snapshot`` it tries at the start and dies;
    without, it dies when training is over and the weights are to be written.

    **Example.** ``snapshot_prefix: "snapshots/lenet"`` where there is no folder ``snapshots``.

    **Mended.** Make the folder, or name one that is there.
    """

    code, name, severity = "V107", "snapshot-prefix", Severity.ERROR

    def check_solver(self, solver: SolverFile) -> Iterator[Diagnostic]:
        message = solver.message
        writes = message.snapshot > 0 or message.snapshot_after_train
        if not (writes and message.snapshot_prefix):
            return
        prefix = message.snapshot_prefix
        folder = prefix if prefix.endswith("/") else str(Path(prefix).parent)
        when = "at the start" if message.snapshot > 0 else "when training is over"
        if not solver.exists(folder):
            problem = f'the folder "{folder}" is not there'
        elif Path(folder).is_dir() and not os.access(folder, os.W_OK):
            problem = f'nothing may be written in the folder "{folder}"'
        else:
            return
        yield self.found(
            None,
            f"{problem}; Caffe dies of it {when}",
            field="snapshot_prefix",
            hint=f"mkdir -p {folder}" if "not there" in problem else "",
        )
