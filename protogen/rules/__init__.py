"""Every rule once: its code, its name, how grave it is, its documentation and its example nets.

A rule that a check looks for is declared in the check's file. Those that the reader, the upgrade
and inference find are declared in the files of this folder. Whoever finds something asks the rule
for the diagnostic, so that a code is written in one place only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from protogen.diagnostics import Diagnostic, Severity

__all__ = ["Rule", "named", "register"]


@dataclass(frozen=True)
class Rule:
    """One rule. ``code`` and ``name`` (kebab-case) are fixed, for scripts.

    ``summary``, ``what``, ``why`` and ``fix`` are its documentation. ``bad`` is a text in which the
    rule finds something, ``good`` a text in which it does not, and ``fixed`` what its safe fix
    makes of ``bad``; one test runs them all.
    """

    code: str
    name: str
    severity: Severity
    summary: str = ""
    what: str = ""
    why: str = ""
    fix: str = ""
    bad: str = ""
    good: str = ""
    fixed: str = ""

    def diagnostic(
        self, message: str, *, layer: str = "", severity: Severity | None = None, **about: Any
    ) -> Diagnostic:
        """A finding of this rule; ``about`` are further fields of `Diagnostic`."""
        return Diagnostic(
            severity or self.severity, self.code, layer, message, name=self.name, **about
        )


_by_name: dict[str, Rule] = {}


def register(*rules: Rule) -> None:
    """Make rules known. Raises `ValueError` for a code or name that another rule has."""
    for rule in rules:
        for other in _by_name.values():
            if rule.code == other.code or rule.name == other.name:
                raise ValueError(f"{rule.code} {rule.name} and {other.code} {other.name} clash")
        _by_name[rule.name] = rule


def named(name: str) -> Rule:
    """The rule of this name."""
    if name not in _by_name:
        from protogen.diagnostics import RULES

        severity = {"fork-dialect": Severity.NOTE, "data-source-unread": Severity.WARNING}
        register(Rule(RULES[name], name, severity.get(name, Severity.ERROR)))
    return _by_name[name]
