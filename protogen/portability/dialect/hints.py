"""Which findings of a target `protogen convert` does something about, said in their hints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from protogen.diagnostics import Diagnostic
from protogen.graph import Step
from protogen.portability.dialect.claims import ONE_PHASE, claimed
from protogen.portability.dialect.deploying import can_deploy, is_left_out, needs_deploy_net
from protogen.portability.dialect.equivalents import Site
from protogen.portability.dialect.new_names import NewNames
from protogen.portability.dialect.replacement import is_rewritten, replacement_of
from protogen.portability.quirks import quirks_of
from protogen.portability.subject import Subject
from protogen.targets import Target

__all__ = ["with_hints"]


def with_hints(
    subject: Subject, target: Target, findings: Iterable[Diagnostic]
) -> tuple[Diagnostic, ...]:
    """The findings; those that `protogen convert` removes say so."""
    # One for all findings, because it asks what convert does with the net as a whole.
    hints = _Hints(subject, target)
    return tuple(map(hints.completed, findings))


@dataclass
class _Hints:
    subject: Subject
    target: Target

    def __post_init__(self) -> None:
        self._replaced: dict[int, str] = {}

    def completed(self, finding: Diagnostic) -> Diagnostic:
        """The finding, with what convert does about it in its hint."""
        instruction = self._instruction(finding)
        if not instruction:
            return finding
        return replace(finding, hint=claimed(finding.hint or instruction))

    def _instruction(self, finding: Diagnostic) -> str:
        """How to avoid a finding as convert does; empty if it does nothing about it."""
        # Two hints for a whole net come true in its deploy net: it has an input, and one phase.
        if finding.name == "target-no-net" or finding.hint == ONE_PHASE:
            return finding.hint if self._is_deployed else ""
        step = self._steps.get(finding.layer_index)
        if step is None:
            return ""
        # In the order of convert: what the deploy net leaves out is no longer replaced.
        if self._leaves_out(step):
            return "leave it out of a net in use"
        if self._divides_input(step):
            return "write an Input layer for each top"
        return self._replacement(step) or self._rewrite(finding, step)

    def _divides_input(self, step: Step) -> bool:
        """Whether convert writes an Input of several tops as one Input for each."""
        has_several = step.type == "Input" and len(step.layer.top) > 1
        return has_several and self.target.takes_one("Input", "tops")

    @cached_property
    def _steps(self) -> dict[int, Step]:
        """The layers by their indices, with their shapes if they run."""
        found = {step.index: step for step in self.subject.layers}
        found.update((step.index, step) for step in self.subject.analysis.steps)
        return found

    def _leaves_out(self, step: Step) -> bool:
        """Whether convert writes a deploy net that lacks a layer: one of TRAIN, or for training."""
        if not self._is_deployed:
            return False
        runs = bool(list(self.subject.analysis.of_indices((step.index,))))
        return not runs or is_left_out(step.layer)

    @cached_property
    def _is_deployed(self) -> bool:
        """Whether convert derives the deploy net, and can tell what that is."""
        message, analyses = self.subject.current.message, self.subject.analyses
        if not needs_deploy_net(self.target, message, analyses):
            return False
        return can_deploy(self.target, message, analyses)

    @cached_property
    def _trains(self) -> bool:
        """Whether what is converted is a net to train."""
        trained = any(analysis.trained for analysis in self.subject.analyses)
        return trained and not self._is_deployed

    @cached_property
    def _names(self) -> NewNames:
        """Names for the layers that are tried, collected once: that takes a pass of the net."""
        return NewNames(self.subject.current.message)

    def _site(self, step: Step) -> Site:
        return Site(step.layer, step.bottom_shapes, self._names, self._trains)

    def _replacement(self, step: Step) -> str:
        # Kept, because a layer may have several findings and each try asks the target.
        if step.index not in self._replaced:
            found = replacement_of(self.target, self._site(step))
            self._replaced[step.index] = found.change if found else ""
        return self._replaced[step.index]

    def _rewrite(self, finding: Diagnostic, step: Step) -> str:
        """The remedy for a quirk, if the finding is about one."""
        for quirk in quirks_of(self.target, step.layer):
            # A finding does not name its quirk, but its message is that of the quirk.
            is_about = finding.message == f"{self.target.title} {quirk.says}"
            if is_about and is_rewritten(self.target, quirk, self._site(step)):
                return quirk.fix
        return ""
