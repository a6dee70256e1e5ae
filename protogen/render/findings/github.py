"""Workflow commands, which GitHub shows as annotations of a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protogen.diagnostics import Diagnostic, Severity, escaped
from protogen.render.context import Context
from protogen.reports.findings import CheckedFile

__all__ = ["render"]

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(files: Sequence[CheckedFile], context: Context) -> Iterator[str]:
    """One command for each finding."""
    for file in files:
        for finding in file.findings:
            properties = []
            for key, value in _properties(file.file, finding).items():
                properties.append(f"{key}={escaped(_property(value))}")
            message = _data("\n".join([finding.fact, *finding.notes]))
            # The line of a command ends at the first line break of any kind.
            yield f"::{_COMMANDS[finding.severity]} {','.join(properties)}::{message}"


def _properties(file: str, finding: Diagnostic) -> dict[str, str]:
    """The place and the title of an annotation."""
    place = finding.location
    properties: dict[str, int | str] = {"file": file}
    if place:
        properties["file"] = place.file
        properties["line"] = place.line
        properties["endLine"] = place.end_line
        # GitHub ignores the columns of an annotation that spans several lines.
        if place.end_line in (0, place.line):
            properties["col"] = place.column
            properties["endColumn"] = place.end_column if place.column else 0
    title = finding.code
    if finding.name:
        title += f" ({finding.name})"
    properties["title"] = title
    # A line or a column of 0 is unknown.
    return {key: str(value) for key, value in properties.items() if value}


# Both escape as GitHub's own actions do. The percent sign comes first: it starts the others.
def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
