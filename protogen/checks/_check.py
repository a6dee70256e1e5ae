"""What a check is, and what it looks at: a net in one phase, a net as written, a solver."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, TypeVar

from protogen.analysis import Analysis
from protogen.checks._phases import Phases
from protogen.checks._solver import SolverFile
from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Fix
from protogen.graph import Step
from protogen.rules import Rule
from protogen.rules import register as register_rule

__all__ = ["Check", "checks", "register"]


class Check:
    """One check, in a file with the name of its rule.

    ``rule`` declares what it reports. A check overrides the method for what it looks at.
    """

    rule: ClassVar[Rule]

    @property
    def code(self) -> str:
        """The code of its rule."""
        return self.rule.code

    @property
    def name(self) -> str:
        """The name of its rule."""
        return self.rule.name

    @property
    def severity(self) -> Severity:
        """The severity of its rule."""
        return self.rule.severity

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        """What is wrong with the net in one phase."""
        return iter(())

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        """What is wrong with the net as it is written."""
        return iter(())

    def check_solver(self, solver: SolverFile) -> Iterator[Diagnostic]:
        """What is wrong with a solver."""
        return iter(())

    def found(
        self,
        step: Step | None,
        message: str,
        *,
        field: str = "",
        where: str = "",
        why: str = "",
        hint: str = "",
        fix: Fix | None = None,
        severity: Severity | None = None,
    ) -> Diagnostic:
        """A finding of this rule about a layer, or about the net as a whole."""
        return self.rule.diagnostic(
            message,
            layer=step.name if step else "",
            severity=severity,
            type=step.type if step else "",
            layer_index=step.index if step else -1,
            field=field,
            where=where,
            why=why,
            hint=hint or (fix.title if fix else ""),
            fix=fix,
        )


_registry: list[Check] = []

_Check = TypeVar("_Check", bound=Check)


def register(cls: type[_Check]) -> type[_Check]:
    """Add a check, and its rule, to those that every net and solver is checked with."""
    register_rule(cls.rule)
    _registry.append(cls())
    return cls


def checks() -> list[Check]:
    """The checks registered so far, by the code of their rule."""
    return sorted(_registry, key=lambda check: check.code)
