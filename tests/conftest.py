"""What every test may use: a real Caffe's answers, and the net files next to the project."""

from __future__ import annotations

import gzip
import json
import linecache
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
DATA = Path(__file__).parent / "data"


NO_NETS = "no net files: PROTOGEN_CONFORMANCE names no folder with nets/ in it"


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of one of the files of answers that are part of these tests."""
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def conformance_folder() -> Path | None:
    """Where other people's public net files are; they are not part of the project."""
    named = os.environ.get("PROTOGEN_CONFORMANCE")
    folder = Path(named) if named else ROOT.parent / "shared" / "conformance"
    return folder if (folder / "nets").is_dir() else None


def conformance_nets() -> list[Path]:
    """Every prototxt file there is to read; none without the folder."""
    folder = conformance_folder()
    return sorted((folder / "nets").rglob("*.prototxt")) if folder else []


@pytest.fixture(scope="session")
def conformance() -> Path:
    """The folder of public net files, or a skip that says how to have it."""
    folder = conformance_folder()
    if folder is None:
        pytest.skip(NO_NETS)
    return folder


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one."""
    linecache.clearcache()  # an earlier test may have had files with the same names
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many tests were skipped, and why: a skip is never silent."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons: dict[str, int] = {}
    for report in skipped:
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        if reason.startswith("got empty parameter set"):  # a test for each file, of which are none
            reason = NO_NETS
        reasons[reason] = reasons.get(reason, 0) + 1
    for reason, number in sorted(reasons.items()):
        terminalreporter.write_line(f"skipped {number}: {reason}")
