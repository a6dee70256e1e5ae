"""What inference found; a mismatch of sizes with its account and the repairs that were verified."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from protogen.analysis import Analysis
from protogen.checks._accounts import where, why
from protogen.checks._derivations import Derivations
from protogen.checks._divergence import Divergence, find_divergence
from protogen.checks._phases import Phases
from protogen.checks._repairs import axis_repairs, repairs
from protogen.diagnostics import Diagnostic
from protogen.edits import Fix

__all__ = ["inferred"]

#: The rules whose findings may come from sizes that differ.
_SIZES = ("bottom-shape-mismatch", "shared-param-mismatch", "axis-count")

#: Rules with many causes, and the fields with which they are about sizes.
_FIELDS = ("accuracy_param.top_k",)


def inferred(phases: Phases, analysis: Analysis) -> Iterator[Diagnostic]:
    """The findings of inference; those about sizes that differ with an account and repairs."""
    others = [other for other in phases.analyses if other is not analysis]
    explained = _explained(analysis, others)
    for index, finding in enumerate(analysis.faults):
        yield explained.get(index, finding)


def _explained(analysis: Analysis, others: Sequence[Analysis]) -> dict[int, Diagnostic]:
    """The findings with an account or a repair, by their index."""
    found: dict[int, Diagnostic] = {}
    steps = {step.index: step for step in analysis.steps}
    derivations = Derivations(analysis)
    divergences: dict[int, Divergence] = {}
    for index, finding in enumerate(analysis.faults):
        step = steps.get(finding.layer_index)
        if step is None or (finding.name not in _SIZES and finding.field not in _FIELDS):
            continue
        divergence = find_divergence(derivations, step)
        if divergence is not None:
            divergences[index] = divergence
        else:
            fixes = axis_repairs(analysis, step, others)
            if fixes:
                found[index] = _with(finding, finding.where, finding.why, fixes)
    proposals = repairs(analysis, list(divergences.values()), others)
    accounts: dict[object, tuple[str, str]] = {}
    for (index, divergence), proposed in zip(divergences.items(), proposals):
        key = divergence.comparison
        if key not in accounts:
            accounts[key] = where(divergence), why(divergence)
        found[index] = _with(analysis.faults[index], *accounts[key], proposed)
    return found


def _with(finding: Diagnostic, where: str, why: str, fixes: Sequence[Fix]) -> Diagnostic:
    titles = [fix.title if index == 0 else f"or {fix.title}" for index, fix in enumerate(fixes)]
    return replace(
        finding,
        where=where,
        why=why,
        hint="\n".join(titles) or finding.hint,
        fix=next((fix for fix in fixes if fix.edits), None),
    )
