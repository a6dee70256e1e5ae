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
    counts = count_by_severity(files)
    diagnostics = []
    unchecked = []
    verdicts = {file.file: dict(file.verdicts) for file in files if file.verdicts}
    for file in files:
        for finding in file.findings:
            diagnostics.append({"file": file.file, **diagnostic_data(finding)})
        for sentence in file.unchecked:
            unchecked.append({"file": file.file, "message": sentence})
    yield dumps(
        {
            "files": [file.file for file in files],
            **{f"{severity}s": number for severity, number in counts.items()},
            "fixed": sum(len(file.fixed) for file in files),
            "unchecked": unchecked,
            **({"verdicts": verdicts} if verdicts else {}),
            "diagnostics": diagnostics,
        }
    )


def render_statistics(files: Sequence[CheckedFile], context: Context) -> Iterator[str]:
    """A list of the rules with findings."""
    yield dumps([count._asdict() for count in count_by_rule(files)])
