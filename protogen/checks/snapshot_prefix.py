from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from protogen.checks._check import Check, register
from protogen.checks._solver import SolverFile
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule


@register
class SnapshotPrefix(Check):
    rule = Rule(
        code="V107",
        name="snapshot-prefix",
        # Caffe aborts, in the worst case when the training is done.
        severity=Severity.ERROR,
        summary="A `snapshot_prefix` in a folder that does not exist or is not writable.",
        what="""
            Looks for the folder of `snapshot_prefix` in the current folder, in the folder of the
            solver, and in the folders above it. Solvers that write no snapshot are not checked.
            """,
        why="""
            Caffe does not create folders. With `snapshot` it aborts at start-up. Without it, Caffe
            aborts at the end of training, when it writes the weights.
            """,
        fix="Create the folder, or name a folder that exists.",
        file="solver.prototxt",
        files={"train_val.prototxt": "", "snapshots/README": ""},
        bad="""
            net: "train_val.prototxt"
            base_lr: 0.01
            lr_policy: "fixed"
            max_iter: 10000
            snapshot: 5000
            snapshot_prefix: "snapshot/lenet"
            """,
        good="""
            net: "train_val.prototxt"
            base_lr: 0.01
            lr_policy: "fixed"
            max_iter: 10000
            snapshot: 5000
            snapshot_prefix: "snapshots/lenet"
            """,
    )

    def check_solver(self, solver: SolverFile) -> Iterator[Diagnostic]:
        message = solver.message
        prefix = message.snapshot_prefix
        writes = message.snapshot > 0 or message.snapshot_after_train
        if not writes or not prefix:
            return
        folder = str(Path(prefix).parent)
        if prefix.endswith("/"):
            folder = prefix
        # Solver::CheckSnapshotWritePermissions tries it before training, but only with a snapshot.
        when = "at the end of training"
        if message.snapshot > 0:
            when = "at start-up"
        if not solver.exists(folder):
            yield self.found(
                None,
                f'folder "{folder}" does not exist; Caffe aborts {when}',
                field="snapshot_prefix",
                hint=f"mkdir -p {folder}",
            )
        elif Path(folder).is_dir() and not os.access(folder, os.W_OK):
            yield self.found(
                None,
                f'folder "{folder}" is not writable; Caffe aborts {when}',
                field="snapshot_prefix",
            )
