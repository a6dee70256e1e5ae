"""How much was found: one sentence, or a table of the rules that spoke."""

from __future__ import annotations

from collections.abc import Sequence

from protogen.diagnostics import plural
from protogen.render.table import Table
from protogen.reports.findings import Checked, by_severity, statistics

__all__ = ["counts_table", "summary"]


def counts_table(files: Sequence[Checked]) -> Table:
    """A row for each rule, the most frequent first."""
    rows = [
        (str(count.number), count.code, count.name, "[*]" if count.fixable else "")
        for count in statistics(files)
    ]
    return Table(("number", "code", "name", ""), rows, right=(0,))


def summary(files: Sequence[Checked]) -> str:
    """What was found in all, in one sentence."""
    counts = [(number, str(word)) for word, number in by_severity(files).items() if number]
    mended = sum(len(file.mended) for file in files)
    found = ", ".join(plural(number, word) for number, word in counts)
    where = plural(len(files), "file")
    fixes = sum(each.fixable for file in files for each in file.found)
    return "".join(
        [
            f"Fixed {plural(mended, 'finding')}. " if mended else "",
            f"Found {found} in {where}" if found else f"No findings in {where}",
            f" ({fixes} fixable with --fix)" if fixes else "",
        ]
    )
