"""The findings of many files as JSON, for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.render.json import diagnostic
from protogen.reports.findings import Checked, by_severity, statistics

__all__ = ["checked", "counts"]


def checked(files: Sequence[Checked]) -> dict[str, Any]:
    """The findings of many files, with their number."""
    return {
        "files": [file.file for file in files],
        **{f"{severity}s": number for severity, number in by_severity(files).items()},
        "fixed": sum(len(file.mended) for file in files),
        "diagnostics": [
            {"file": file.file, **diagnostic(each)} for file in files for each in file.found
        ],
    }


def counts(files: Sequence[Checked]) -> list[dict[str, Any]]:
    """How often each rule spoke."""
    return [count._asdict() for count in statistics(files)]
