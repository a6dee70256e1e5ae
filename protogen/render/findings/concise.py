"""One line for each finding, as editors read them: file:line:column: severity[code] message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protogen.render.context import Context
from protogen.render.findings._totals import FIXABLE
from protogen.render.findings.text import render_statistics
from protogen.reports.findings import CheckedFile

__all__ = ["render", "render_statistics"]


def render(files: Sequence[CheckedFile], context: Context) -> Iterator[str]:
    """The headlines; ``[*]`` at the end marks those that ``--fix`` can fix."""
    for file in files:
        for finding in file.findings:
            line = finding.headline
            # Only a location names the file.
            if finding.location is None:
                line = f"{file.file}: {line}"
            if finding.fixable:
                line = f"{line} {FIXABLE}"
            yield line
