"""Why sizes differ, and what repairs that: for the findings of inference about sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from protogen.analysis import Analysis
from protogen.diagnostics import Diagnostic, alternatives
from protogen.edits import EditError, Fix
from protogen.explanations.accounts import origin, where, why
from protogen.explanations.comparisons import Comparison
from protogen.explanations.derivations import Derivations, Place
from protogen.explanations.divergence import Divergence, find_divergence
from protogen.explanations.repairs import axis_repairs, kernel_repairs, repairs
from protogen.graph import Step
from protogen.net import Net
from protogen.shapes import format_shape

__all__ = ["Explanation", "explanations"]

#: How many layers with a kernel that does not fit are explained.
_MOST = 5

#: The rules whose findings may come from sizes that differ.
_RULES = ("axis-count", "bottom-shape-mismatch", "shared-param-mismatch")

#: The beginnings of fields with which other findings may come from sizes that differ, too.
_FIELDS = ("accuracy_param.top_k", "reshape_param.shape")


@dataclass(frozen=True)
class Explanation:
    """What is known about a finding: the blobs, where their sizes come from, and the repairs."""

    where: str
    why: str
    fixes: Sequence[Fix]

    @property
    def hint(self) -> str:
        """The repairs in words, one a line."""
        return alternatives(fix.title for fix in self.fixes)

    def of(self, finding: Diagnostic, net: Net) -> Diagnostic:
        """The finding with its explanation. Its fix is the first that can be made in the net."""
        hints = [fix.title for fix in self.fixes]
        # What can be done comes before advice in general.
        if finding.hint:
            hints.append(finding.hint)
        return replace(
            finding,
            where=self.where or finding.where,
            why=self.why or finding.why,
            hint=alternatives(hints),
            fix=self._first_applicable(net),
        )

    def _first_applicable(self, net: Net) -> Fix | None:
        for fix in self.fixes:
            if _is_applicable(fix, net):
                return fix
        return None


def _is_applicable(fix: Fix, net: Net) -> bool:
    """Whether a fix consists of edits that can be made in the net as it is written.

    No layer can be inserted into a net of an old format, for instance.
    """
    try:
        for edit in fix.edits:
            net.current.edit(edit)
    except EditError:
        return False
    return bool(fix.edits)


def explanations(analysis: Analysis, others: Sequence[Analysis] = ()) -> dict[int, Explanation]:
    """The explanations of the faults of an analysis, by their index.

    ``others`` are the same net in other phases, where no repair may bring an error.
    """
    found: dict[int, Explanation] = {}
    divergences: dict[int, Divergence] = {}
    steps = {step.index: step for step in analysis.steps}
    derivations = Derivations(analysis)
    too_large = 0
    for index, finding in enumerate(analysis.faults):
        step = steps.get(finding.layer_index)
        # A finding about the net as a whole names no layer.
        if step is None:
            continue
        if finding.name == "kernel-exceeds-bottom" and too_large < _MOST:
            fixes: Sequence[Fix] = ()
            # Larger images repair all of them at once, so they are looked for at the first.
            if not too_large:
                fixes = kernel_repairs(analysis, step, others)
            too_large += 1
            found[index] = _of_kernel(derivations, step, finding, fixes)
        elif _may_diverge(finding):
            divergence = find_divergence(derivations, step)
            if divergence is not None:
                divergences[index] = divergence
                continue
            fixes = axis_repairs(analysis, step, others)
            if fixes:
                found[index] = Explanation("", "", fixes)
    found.update(_of_divergences(analysis, divergences, others))
    return found


def _may_diverge(finding: Diagnostic) -> bool:
    """Whether sizes that differ may be the cause of a finding."""
    return finding.name in _RULES or finding.field.startswith(_FIELDS)


def _of_divergences(
    analysis: Analysis, divergences: Mapping[int, Divergence], others: Sequence[Analysis]
) -> Iterator[tuple[int, Explanation]]:
    """The explanations of divergences, with their indices."""
    # All repairs together: joins with the same cause are repaired by the same changes.
    proposals = repairs(analysis, list(divergences.values()), others)
    accounts: dict[Comparison, tuple[str, str]] = {}
    for (index, divergence), fixes in zip(divergences.items(), proposals):
        comparison = divergence.comparison
        if comparison not in accounts:  # many joins may compare the same two blobs
            accounts[comparison] = where(divergence), why(divergence)
        yield index, Explanation(*accounts[comparison], fixes)


def _of_kernel(
    derivations: Derivations, step: Step, finding: Diagnostic, fixes: Sequence[Fix]
) -> Explanation:
    """Why a bottom is smaller than the kernel of a layer."""
    bottom = step.bottoms[0]
    axis = _AXIS.search(finding.message)
    if bottom is None or bottom.shape is None or axis is None:
        return Explanation("", "", ())
    size = bottom.shape[int(axis[1])]
    # The message names one axis, but the others are usually too small in the same way.
    alike = []
    for each in range(2, len(bottom.shape)):
        place = Place(bottom, each)
        if place.size is not None and place.size == size:
            alike.append(place)
    where = f'bottom "{bottom.name}" is {format_shape(bottom.shape)}'
    return Explanation(where, origin(derivations, alike), fixes)


#: The axis that a finding is about.
_AXIS = re.compile(r"\(axis (\d+)\)")
