"""Each finding with its source line, the reason and a hint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protogen.render.context import Context
from protogen.render.diagnostic import diagnostic_text
from protogen.render.findings._totals import rules_table, totals, verdicts_table
from protogen.render.table import table_text
from protogen.reports.findings import CheckedFile

__all__ = ["render", "render_statistics"]


def render(files: Sequence[CheckedFile], context: Context) -> Iterator[str]:
    """The findings, an empty line after each, and the totals."""
    for file in files:
        for finding in file.findings:
            text = diagnostic_text(finding, context.source, context.color)
            yield f"{text}\n"
    # Only --target asks for verdicts.
    if any(file.verdicts for file in files):
        table = verdicts_table(files)
        yield table_text(table, context.terminal) + "\n"
    if context.summary:
        yield totals(files)


def render_statistics(files: Sequence[CheckedFile], context: Context) -> Iterator[str]:
    """A table of the rules with findings, and the totals."""
    table = rules_table(files)
    # The titles alone would say nothing.
    if table.rows:
        yield table_text(table, context.terminal)
    if context.summary:
        yield totals(files)
