"""Findings as workflow commands, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from protogen.diagnostics import Diagnostic, Severity
from protogen.reports.findings import Checked

__all__ = ["github"]

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def github(files: Iterable[Checked]) -> Iterator[str]:
    """A command for each finding."""
    for file in files:
        for each in file.found:
            properties = ",".join(f"{k}={_property(str(v))}" for k, v in _place(file.file, each))
            text = "\n".join([each.fact, *each.notes])
            yield f"::{_COMMANDS[each.severity]} {properties}::{_data(text)}"


def _place(file: str, found: Diagnostic) -> Iterator[tuple[str, str | int]]:
    place = found.location
    yield "file", place.file if place else file
    if place and place.line:
        yield "line", place.line
        if place.end_line:
            yield "endLine", place.end_line
        if place.column and place.end_line in (0, place.line):  # columns are of one line only
            yield "col", place.column
            if place.end_column:
                yield "endColumn", place.end_column
    yield "title", f"{found.code} ({found.name})" if found.name else found.code


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
