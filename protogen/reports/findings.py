"""What was found in many files, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from protogen.diagnostics import Diagnostic, Severity

__all__ = ["Checked", "Count", "by_severity", "statistics"]


@dataclass(frozen=True)
class Checked:
    """One file with what was found in it, and what ``--fix`` mended before."""

    file: str
    found: list[Diagnostic]
    mended: list[Diagnostic] = field(default_factory=list)


class Count(NamedTuple):
    """How often a rule spoke, and how many of those findings have a safe fix."""

    code: str
    name: str
    number: int
    fixable: int


def by_severity(files: Iterable[Checked]) -> dict[Severity, int]:
    """The number of findings of each severity, the gravest first."""
    counts = Counter(each.severity for file in files for each in file.found)
    return {severity: counts[severity] for severity in Severity}


def statistics(files: Iterable[Checked]) -> list[Count]:
    """Each rule that spoke, the most frequent first."""
    found = [each for file in files for each in file.found]
    numbers = Counter((each.code, each.name) for each in found)
    fixes = Counter((each.code, each.name) for each in found if each.fixable)
    counts = [Count(*rule, number, fixes[rule]) for rule, number in numbers.items()]
    return sorted(counts, key=lambda count: (-count.number, count.code))
