"""The base class of checks, and the registry of all checks."""

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

    ``rule`` declares what it reports. A check overrides one of the three methods: `check_phase` if
    it looks at one phase of a net, `check_net` if it looks at the whole net, `check_solver` if it
    looks at solvers.
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
        """The findings in one phase of a net. A finding of both phases is reported once."""
        return iter(())

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        """The findings in the whole net."""
        return iter(())

    def check_solver(self, solver: SolverFile) -> Iterator[Diagnostic]:
        """The findings in a solver."""
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
        """A finding of this rule about a layer, or about the net if ``step`` is ``None``.

        The title of the fix is also the hint, unless there is another.
        """
        # The index says which layer it is, because several may have the same name.
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


#: One instance of each check. They have no state: what is found depends on the net alone.
_registry: list[Check] = []

_Check = TypeVar("_Check", bound=Check)


def register(cls: type[_Check]) -> type[_Check]:
    """Add a check and its rule to the registry."""
    register_rule(cls.rule)
    _registry.append(cls())
    return cls


def checks() -> list[Check]:
    """The checks registered so far, sorted by code."""
    return sorted(_registry, key=lambda check: check.code)
