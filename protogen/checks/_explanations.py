"""The findings of inference with their cause: why, and hints that inference has verified."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from protogen.analysis import Analysis
from protogen.checks._duplicate_tops import explain_duplicate_top
from protogen.checks._missing_bottoms import explain_missing_bottom
from protogen.checks._phases import Phases
from protogen.checks._proposals import Finding
from protogen.diagnostics import Diagnostic
from protogen.edits import Edit, Fix
from protogen.explanations import explanations
from protogen.layers import intended_type

__all__ = ["explained"]

#: How many findings of a phase are explained. Each takes several analyses of the whole net, and a
#: net with more of them has one cause for all.
_MOST = 10

#: Who explains the findings of a rule. Those about sizes that differ have their account already.
_EXPLANATIONS: dict[str, Callable[[Finding], Diagnostic]] = {
    "unknown-bottom": explain_missing_bottom,
    "duplicate-top": explain_duplicate_top,
}


def explained(phases: Phases, analysis: Analysis) -> Iterator[Diagnostic]:
    """The findings of inference in a phase, each with an explanation if there is one."""
    steps = {step.index: step for step in analysis.steps}
    left = _MOST
    for diagnostic in _inferred(phases, analysis):
        explain = _EXPLANATIONS.get(diagnostic.name)
        if explain is None or left == 0:
            yield diagnostic
            continue
        left -= 1
        step = steps[diagnostic.layer_index]
        yield explain(Finding(phases, analysis, step, diagnostic))


def _inferred(phases: Phases, analysis: Analysis) -> Iterator[Diagnostic]:
    """The findings of inference; those about sizes that differ with their explanation."""
    others = [other for other in phases.analyses if other is not analysis]
    found = explanations(analysis, others)
    for index, finding in enumerate(analysis.faults):
        if index in found:
            yield found[index].of(finding, phases.net)
        elif finding.name == "unknown-type":
            yield _with_type(finding)
        else:
            yield finding


def _with_type(finding: Diagnostic) -> Diagnostic:
    """An unknown type with the fix that sets the suggested one.

    It is safe if only the spelling differs: ``relu``, or ``INNER_PRODUCT`` as in the V1 format.
    """
    written = finding.type
    intended = intended_type(written)
    if not intended:
        return finding
    is_same = written.replace("_", "").lower() == intended.lower()
    # V1's SOFTMAX_LOSS became SoftmaxWithLoss, the one type with another name.
    safe = is_same or written == "SOFTMAX_LOSS"
    edit = Edit(("layer", finding.layer_index, "type"), "set", intended)
    return replace(finding, fix=Fix(f'set type: "{intended}"', (edit,), safe))
