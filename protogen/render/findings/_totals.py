"""How many findings there are: in one sentence, and as a table of rules."""

from __future__ import annotations

from collections.abc import Sequence

from protogen.diagnostics import plural
from protogen.render.table import Table
from protogen.reports.findings import CheckedFile, count_by_rule, count_by_severity

__all__ = ["FIXABLE", "rules_table", "totals", "verdicts_table"]

#: Marks what ``--fix`` can fix.
FIXABLE = "[*]"


def rules_table(files: Sequence[CheckedFile]) -> Table:
    """A row for each rule with findings, the most frequent first."""
    rows = []
    for count in count_by_rule(files):
        mark = ""
        if count.fixable:
            mark = FIXABLE
        rows.append((str(count.number), count.code, count.name, mark))
    return Table(("number", "code", "name", ""), rows, right=(0,))


def verdicts_table(files: Sequence[CheckedFile]) -> Table:
    """A row for each file, and a column for each target with its verdict."""
    # All files have the same targets, but a file that could not be read has no verdicts.
    targets: dict[str, None] = {}
    for file in files:
        targets.update(dict.fromkeys(file.verdicts))
    rows = []
    for file in files:
        if file.verdicts:
            rows.append((file.file, *[file.verdicts.get(name, "") for name in targets]))
    return Table(("file", *targets), rows)


def totals(files: Sequence[CheckedFile]) -> str:
    """The number of findings in all files, in one sentence."""
    counts: list[str] = []
    for severity, number in count_by_severity(files).items():
        if number:
            counts.append(plural(number, str(severity)))
    fixed = fixable = hidden_notes = 0
    for file in files:
        fixed += len(file.fixed)
        fixable += sum(finding.fixable for finding in file.findings)
        hidden_notes += file.hidden_notes
    found = "No findings"
    if counts:
        found = f"Found {', '.join(counts)}"
    sentence = f"{found} in {plural(len(files), 'file')}"
    if fixed:
        sentence = f"Fixed {plural(fixed, 'finding')}. {sentence}"
    if fixable:
        sentence += f" ({fixable} fixable with --fix)"
    if hidden_notes:
        sentence += f"; {plural(hidden_notes, 'note')} with --severity note"
    return sentence
