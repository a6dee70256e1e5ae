"""What inference found, and what it leaves to the checks: why bottoms differ, what mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from protogen.checks._blame import blame
from protogen.checks._mends import mends
from protogen.checks._rule import Run, Whole
from protogen.diagnostics import Diagnostic

__all__ = ["explained"]

#: The faults that sizes which differ may be behind.
_SIZES = ("bottom-shape-mismatch", "shared-param-mismatch")


def explained(whole: Whole, run: Run) -> Iterator[Diagnostic]:
    """The diagnostics of inference; those of sizes that differ with an account and mends."""
    steps = {step.index: step for step in run.steps}
    for diagnostic in run.result.diagnostics:
        step = steps.get(diagnostic.layer_index)
        cause = blame(run, step) if step and diagnostic.name in _SIZES else None
        if cause is None:
            yield diagnostic
            continue
        found = mends(run, cause, [other for other in whole.runs if other is not run])
        yield replace(
            diagnostic,
            where=cause.where,
            why=cause.why(run),
            hint="\n".join([f"{'or ' * bool(i)}{fix.title}" for i, fix in enumerate(found)]),
            fix=found[0] if found and found[0].edits else None,
        )
