"""Rules about the text of a file, and about what is read from or written to one."""

from __future__ import annotations

from collections.abc import Iterable

from protogen.diagnostics import Diagnostic, Severity
from protogen.rules.registry import Rule, register

register(
    Rule(
        code="T100",
        name="unreadable-file",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T101",
        name="syntax",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T102",
        name="unclosed-brace",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T103",
        name="stray-brace",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T104",
        name="unterminated-string",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T105",
        name="invalid-escape",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T106",
        name="invalid-character",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T107",
        name="wrong-value-type",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T108",
        name="out-of-range",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T109",
        name="field-given-twice",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T110",
        name="unknown-field",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T111",
        name="unknown-enum-value",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T112",
        name="missing-required-field",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T113",
        name="nested-too-deep",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T114",
        name="not-text",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T115",
        name="wrong-kind-of-file",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T116",
        name="not-utf8",
        severity=Severity.WARNING,
    ),
    Rule(
        code="T117",
        name="byte-order-mark",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T118",
        name="empty-file",
        severity=Severity.WARNING,
    ),
    Rule(
        code="T119",
        name="too-many-errors",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T120",
        name="program",
        severity=Severity.ERROR,
    ),
    Rule(
        code="T121",
        name="impossible-edit",
        severity=Severity.ERROR,
    ),
)

#: The reader skips these and reads everything else in the file; Caffe rejects the file.
_SKIPPED = ("unknown-field", "byte-order-mark")


def reading_errors(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The errors among a reader's findings after which the message lacks part of the text.

    An unknown field is an error too, but the message holds the rest of the text, so that the net
    can still be checked and fixed.
    """
    return [d for d in found if d.severity is Severity.ERROR and d.name not in _SKIPPED]
