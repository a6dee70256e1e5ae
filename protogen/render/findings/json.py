"""One JSON object with every finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protogen.render.context import Context
from protogen.render.diagnostic import diagnostic_data
from protogen.render.json import dumps
from protogen.reports.findings import CheckedFile, count_by_rule, count_by_severity

__all__ = ["render", "render_statistics"]


def render(files: Sequence[CheckedFile], context: Context) -> Iterator[str]:
    """The files, the number of findings of each severity, and the findings."""
    diagnostics = []
    unchecked = []
    verdicts = {}
    fixed = 0
    for file in files:
        fixed += len(file.fixed)
        if file.verdicts:
            verdicts[file.file] = dict(file.verdicts)
        for finding in file.findings:
            diagnostics.append({"file": file.file, **diagnostic_data(finding)})
        for sentence in file.unchecked:
            unchecked.append({"file": file.file, "message": sentence})
    report: dict[str, object] = {"files": [file.file for file in files]}
    for severity, number in count_by_severity(files).items():
        report[f"{severity}s"] = number
    report["fixed"] = fixed
    report["unchecked"] = unchecked
    # Only --target asks for verdicts.
    if verdicts:
        report["verdicts"] = verdicts
    report["diagnostics"] = diagnostics
    yield dumps(report)


def render_statistics(files: Sequence[CheckedFile], context: Context) -> Iterator[str]:
    """A list of the rules with findings."""
    yield dumps([count._asdict() for count in count_by_rule(files)])
