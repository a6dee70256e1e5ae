"""What inference found; a mismatch of sizes with its account and the repairs that were verified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from protogen.analysis import Analysis
from protogen.checks._divergence import find_divergence
from protogen.checks._phases import Phases
from protogen.checks._repairs import repairs
from protogen.diagnostics import Diagnostic

__all__ = ["inferred"]

#: The faults that may come from sizes that differ.
_SIZES = ("bottom-shape-mismatch", "shared-param-mismatch")


def inferred(phases: Phases, analysis: Analysis) -> Iterator[Diagnostic]:
    """The findings of inference, those of sizes that differ with an account and repairs."""
    steps = {step.index: step for step in analysis.steps}
    others = [other for other in phases.analyses if other is not analysis]
    for finding in analysis.faults:
        step = steps.get(finding.layer_index)
        divergence = None
        if step is not None and finding.name in _SIZES:
            divergence = find_divergence(analysis, step)
        if divergence is None:
            yield finding
            continue
        fixes = repairs(analysis, divergence, others)
        titles = [fix.title if index == 0 else f"or {fix.title}" for index, fix in enumerate(fixes)]
        yield replace(
            finding,
            where=divergence.where,
            why=divergence.why(analysis),
            hint="\n".join(titles),
            fix=fixes[0] if fixes and fixes[0].edits else None,
        )
