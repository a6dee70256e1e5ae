"""What a rule is: a code, a name, its documentation and what it looks at."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import ClassVar, TypeVar

from protogen.analysis import Analysis
from protogen.checks._phases import Phases
from protogen.checks._solver import SolverFile
from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Fix
from protogen.graph import Step

__all__ = ["Rule", "rule", "rules"]


class Rule:
    """One rule; its file is named for it, and its docstring is what ``protogen explain`` prints.

    The docstring has the sections *What it does*, *Why it is bad*, *Example* and *Mended*. A rule
    overrides the method for what it looks at; a rule for what inference finds (an error Caffe dies
    of) overrides none and lends its documentation.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity] = Severity.WARNING
    #: Whether some of its findings have a safe fix.
    fixable: ClassVar[bool] = False

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
        return Diagnostic(
            severity or self.severity,
            self.code,
            step.layer.name if step else "",
            message,
            name=self.name,
            type=step.layer.type if step else "",
            layer_index=step.index if step else -1,
            field=field,
            where=where,
            why=why,
            hint=hint or (fix.title if fix else ""),
            fix=fix,
        )

    @property
    def documentation(self) -> str:
        """The docstring, without its indentation."""
        return inspect.getdoc(self) or ""

    @property
    def summary(self) -> str:
        """Its first sentence."""
        return self.documentation.partition("\n")[0]


_registry: dict[str, Rule] = {}

_Rule = TypeVar("_Rule", bound=Rule)


def rule(cls: type[_Rule]) -> type[_Rule]:
    """Make a rule known."""
    if cls.code in _registry:
        raise ValueError(f"{cls.code} is the code of {type(_registry[cls.code]).__name__} already")
    _registry[cls.code] = cls()
    return cls


def rules() -> list[Rule]:
    """The rules known so far, by code."""
    return [_registry[code] for code in sorted(_registry)]
