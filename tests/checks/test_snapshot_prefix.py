from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.nets import SOLVER, solver_findings

pytestmark = pytest.mark.usefixtures("in_folder")

ELSEWHERE = SOLVER.replace("lenet", "snapshots/lenet")


@pytest.mark.parametrize(
    ("more", "when"), [("snapshot: 10", "at start-up"), ("", "at the end of training")]
)
def test_the_whole_message(more: str, when: str) -> None:
    assert solver_findings(ELSEWHERE + more) == [
        f'solver.prototxt:7:1: error[V107] folder "snapshots" does not exist; Caffe aborts {when}\n'
        "  hint:  mkdir -p snapshots"
    ]


def test_a_folder_that_is_not_writable(in_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (in_folder / "snapshots").mkdir()
    monkeypatch.setattr("os.access", lambda path, mode: False)  # root may write anywhere
    assert solver_findings(ELSEWHERE) == [
        'solver.prototxt:7:1: error[V107] folder "snapshots" is not writable; Caffe aborts at the'
        " end of training"
    ]


def test_no_folder_is_needed_without_snapshots(in_folder: Path) -> None:
    assert solver_findings(ELSEWHERE + "snapshot_after_train: false") == []
    (in_folder / "snapshots").mkdir()
    assert solver_findings(ELSEWHERE) == []
