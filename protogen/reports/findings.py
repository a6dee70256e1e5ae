"""The findings in many files: how many of each severity, and of each rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from protogen.diagnostics import Diagnostic, Severity

__all__ = ["CheckedFile", "RuleCount", "count_by_rule", "count_by_severity"]


@dataclass(frozen=True)
class CheckedFile:
    """One file, the findings in it, and those that ``--fix`` has fixed.

    ``unchecked`` says what could not be checked, and ``hidden_notes`` is the number of notes that
    the user did not ask for. ``verdicts`` has the verdict of each target, by its name.
    """

    file: str
    findings: list[Diagnostic]
    fixed: list[Diagnostic] = field(default_factory=list)
    unchecked: Sequence[str] = ()
    hidden_notes: int = 0
    verdicts: Mapping[str, str] = field(default_factory=dict)


class RuleCount(NamedTuple):
    """The number of findings of a rule, and of those that have a safe fix."""

    code: str
    name: str
    number: int
    fixable: int


def count_by_severity(files: Iterable[CheckedFile]) -> dict[Severity, int]:
    """The number of findings of each severity, errors first."""
    # In the order of the enum, and with the severities that no finding has.
    counts = dict.fromkeys(Severity, 0)
    for file in files:
        for finding in file.findings:
            counts[finding.severity] += 1
    return counts


def count_by_rule(files: Iterable[CheckedFile]) -> list[RuleCount]:
    """Each rule with findings, the most frequent first."""
    numbers: Counter[tuple[str, str]] = Counter()
    fixes: Counter[tuple[str, str]] = Counter()
    for file in files:
        for finding in file.findings:
            rule = finding.code, finding.name
            numbers[rule] += 1
            fixes[rule] += finding.fixable
    counts = [RuleCount(*rule, number, fixes[rule]) for rule, number in numbers.items()]
    # By code, and then by number: sorting is stable, so rules with the same number stay in order.
    counts.sort(key=lambda count: count.code)
    counts.sort(key=lambda count: count.number, reverse=True)
    return counts
