"""How many findings there are: in one sentence, and as a table of rules."""

from __future__ import annotations

from collections.abc import Sequence

from protogen.diagnostics import plural
from protogen.render.table import Table
from protogen.reports.findings import CheckedFile, count_by_rule, count_by_severity

__all__ = ["FIXABLE", "rules_table", "totals"]

#: Marks what ``--fix`` can fix.
FIXABLE = "[*]"


def rules_table(files: Sequence[CheckedFile]) -> Table:
    """A row for each rule with findings, the most frequent first."""
    rows = [
        (str(count.number), count.code, count.name, FIXABLE if count.fixable else "")
        for count in count_by_rule(files)
    ]
    return Table(("number", "code", "name", ""), rows, right=(0,))


def totals(files: Sequence[CheckedFile]) -> str:
    """The number of findings in all files, in one sentence."""
    counts: list[str] = []
    for severity, number in count_by_severity(files).items():
        if number:
            counts.append(plural(number, str(severity)))
    fixed = sum(len(file.fixed) for file in files)
    fixable = sum(finding.fixable for file in files for finding in file.findings)
    sentence = f"Fixed {plural(fixed, 'finding')}. " if fixed else ""
    sentence += f"Found {', '.join(counts)}" if counts else "No findings"
    sentence += f" in {plural(len(files), 'file')}"
    if fixable:
        sentence += f" ({fixable} fixable with --fix)"
    notes = sum(file.hidden_notes for file in files)
    if notes:
        sentence += f"; {plural(notes, 'note')} with --severity note"
    return sentence
