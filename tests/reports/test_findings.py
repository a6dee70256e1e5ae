"""How many findings of each severity and rule there are in several files."""

from __future__ import annotations

from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Fix
from protogen.reports.findings import CheckedFile, RuleCount, count_by_rule, count_by_severity

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
SAFE, UNSAFE = Fix("change it", (), safe=True), Fix("change it", ())


def finding(severity: Severity, code: str, fix: Fix | None = None) -> Diagnostic:
    return Diagnostic(severity, code, "a", "is wrong", name=code.lower(), fix=fix)


FILES = [
    CheckedFile("a", [finding(NOTE, "P202"), finding(ERROR, "S101"), finding(ERROR, "S101", SAFE)]),
    CheckedFile("b", [finding(ERROR, "G101", UNSAFE)]),
    CheckedFile("c", []),
]


def test_findings_of_each_severity_with_errors_first() -> None:
    assert list(count_by_severity(FILES).items()) == [(ERROR, 3), (WARNING, 0), (NOTE, 1)]
    assert count_by_severity([]) == {ERROR: 0, WARNING: 0, NOTE: 0}


def test_findings_of_each_rule_with_the_most_frequent_first() -> None:
    assert count_by_rule(FILES) == [
        RuleCount("S101", "s101", number=2, fixable=1),
        RuleCount("G101", "g101", number=1, fixable=0),
        RuleCount("P202", "p202", number=1, fixable=0),
    ]
    assert count_by_rule([]) == []
