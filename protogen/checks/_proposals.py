"""Explanations of findings of inference: why, and proposals that were verified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from protogen.analysis import Analysis
from protogen.checks._phases import Phases
from protogen.checks._verification import applicable, errors_left, errors_left_in
from protogen.diagnostics import Diagnostic, alternatives
from protogen.edits import Edit, Fix, delete, insert
from protogen.graph import Step
from protogen.proto.fields import is_repeated

if TYPE_CHECKING:
    from google.protobuf.descriptor import FieldDescriptor
    from google.protobuf.message import Message

__all__ = ["Explanation", "Finding", "Proposal", "fields_of", "moved", "with_explanation"]


class Proposal(NamedTuple):
    """A fix that removes its finding, and the number of errors that it leaves in the net."""

    fix: Fix
    errors_left: int


class Explanation(NamedTuple):
    """Why there is a finding, and what can be done. ``hint`` is for what no edit can do."""

    why: str
    proposals: Sequence[Proposal] = ()
    hint: str = ""


@dataclass(frozen=True)
class Finding:
    """A finding of inference about a layer in one phase, to explain."""

    phases: Phases
    analysis: Analysis
    step: Step
    diagnostic: Diagnostic

    def verified(self, title: str, *edits: Edit, strict: bool = False) -> list[Proposal]:
        """The proposal to make these edits, or nothing if they do not keep what they promise.

        ``strict`` is for guesses, which have to leave the layers behind without a new error too.
        """
        left = errors_left(self.phases, self.analysis, self.diagnostic, edits, strict=strict)
        return _proposals(title, edits, left)

    def verified_as_written(self, title: str, *edits: Edit) -> list[Proposal]:
        """As `verified`, for edits of fields of the net that are not in the current format."""
        # An analysis knows only the upgraded net, so the net itself has to be upgraded again.
        changed = self.phases.net.copy()
        changed.apply(edits)
        after = changed.analysis(self.analysis.state, self.analysis.inputs)
        left = errors_left_in(self.analysis, after, self.diagnostic)
        return _proposals(title, edits, left)

    def described(self, step: Step) -> str:
        """``layer "conv1" (Convolution, line 4)``."""
        location = self.phases.net.layer_location(step.index)
        line = ""
        if location is not None and location.line:
            line = f", line {location.line}"
        return f'layer "{step.name}" ({step.type}{line})'


def _proposals(title: str, edits: tuple[Edit, ...], left: int | None) -> list[Proposal]:
    """The one proposal, or none if the edits do not remove the finding."""
    if left is None:
        return []
    return [Proposal(Fix(title, edits), left)]


def with_explanation(finding: Finding, explanation: Explanation) -> Diagnostic:
    """The finding with the explanation; the proposal that leaves the fewest errors comes first."""
    # Of proposals that leave equally many errors, the order of the cause decides.
    proposals = sorted(explanation.proposals, key=lambda proposal: proposal.errors_left)
    hints = [proposal.fix.title for proposal in proposals]
    # What an edit does comes before what only the user can do.
    if explanation.hint:
        hints.append(explanation.hint)
    fix = None
    if proposals:
        fix = applicable(finding.phases, proposals[0].fix)
    return replace(finding.diagnostic, why=explanation.why, hint=alternatives(hints), fix=fix)


def moved(phases: Phases, step: Step, index: int) -> tuple[Edit, Edit]:
    """Edits that put a layer before the one with this index."""
    # A move is a deletion and an insertion: edits have no other way to change the order.
    layer = fields_of(phases.message.layer[step.index])
    return delete(step.path()), insert(("layer", index), layer)


def fields_of(message: Message) -> dict[str, Any]:
    """The fields of a message as plain values, as constructors take them and JSON prints them."""
    found = {}
    for field, value in message.ListFields():
        if is_repeated(field):
            found[field.name] = [_plain(field, element) for element in value]
        else:
            found[field.name] = _plain(field, value)
    return found


def _plain(field: FieldDescriptor, value: Any) -> Any:
    if field.message_type is not None:
        return fields_of(value)
    # By name, because a reader of the text should not have to look the number up.
    if field.enum_type is not None:
        return field.enum_type.values_by_number[value].name
    return value
