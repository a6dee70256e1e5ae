"""Rules about the layers of a net together, and about the data that they read."""

from __future__ import annotations

from protogen.diagnostics import Severity
from protogen.rules.registry import Rule, register

register(
    Rule(
        code="G101",
        name="unknown-bottom",
        severity=Severity.ERROR,
    ),
    Rule(
        code="G102",
        name="duplicate-top",
        severity=Severity.ERROR,
    ),
    Rule(
        code="G103",
        name="in-place-after-split",
        severity=Severity.ERROR,
    ),
    Rule(
        code="G104",
        name="unknown-type",
        severity=Severity.ERROR,
    ),
    Rule(
        code="G105",
        name="include-and-exclude",
        severity=Severity.ERROR,
    ),
    Rule(
        code="G106",
        name="propagate-down-count",
        severity=Severity.ERROR,
    ),
    Rule(
        code="G108",
        name="no-input-shape",
        severity=Severity.ERROR,
    ),
    Rule(
        code="G109",
        name="data-source",
        severity=Severity.ERROR,
    ),
    Rule(
        code="G110",
        name="data-source-unread",
        severity=Severity.WARNING,
    ),
    Rule(
        code="F101",
        name="fork-dialect",
        severity=Severity.NOTE,
    ),
)
