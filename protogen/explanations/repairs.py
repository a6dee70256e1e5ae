"""Repairs of joins whose bottoms disagree, each verified by inference.

Kinds of change are tried in order: first those that keep what the layers compute, last those that
change weights. If a net has further joins of the same sort, the same kind of change is made at
each, because half a repair is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from protogen.analysis import Analysis
from protogen.diagnostics import Severity
from protogen.edits import Edit, EditError, Fix
from protogen.explanations import head_repairs, image_repairs, layer_repairs, window_repairs
from protogen.explanations.changes import Change, effects
from protogen.explanations.derivations import Derivations
from protogen.explanations.divergence import Divergence, find_divergence
from protogen.field_changes import apply
from protogen.graph import Step
from protogen.proto import NetParameter

__all__ = ["accepted", "axis_repairs", "repairs"]

#: How many nets may be inferred to find one repair.
_TRIES = 24

#: How many repairs of a finding are reported.
_MOST = 5

#: For how many different causes repairs are looked for. Each takes some 50 inferences of the net.
_MOST_CAUSES = 20

#: How many findings with the same cause are tried one by one, if they cannot be tried together.
_ONE_BY_ONE = 4

_Kind = Callable[[Analysis, Divergence], Iterator[Change]]

_KINDS: tuple[_Kind, ...] = (
    # These keep what each layer computes.
    window_repairs.rounding,
    layer_repairs.unpooled_size,
    window_repairs.darknet_pooling,
    layer_repairs.crop_fields,
    layer_repairs.crop,
    layer_repairs.broadcast,
    image_repairs.image_size,
    # These keep the weights, and compute something else with them.
    window_repairs.odd_kernel,
    window_repairs.padding,
    window_repairs.kernel,
    window_repairs.stride,
    # These change the shape of weights, so that trained ones no longer fit.
    head_repairs.first_head,
    head_repairs.second_head,
    window_repairs.weights,
)


def accepted(analysis: Analysis, edits: Sequence[Edit]) -> Analysis | None:
    """The analysis with these edits; ``None`` if they bring an error that was not there before."""
    try:
        after = analysis.edited(edits)
    except EditError:
        return None
    return after if not after.errors - analysis.errors else None


def repairs(
    analysis: Analysis, divergences: Sequence[Divergence], others: Sequence[Analysis]
) -> list[list[Fix]]:
    """The repairs of each divergence, of each kind the first that is accepted.

    ``others`` are the same net in other phases, where no repair may bring an error.
    """
    search = _Search(analysis, others)
    found: list[list[Fix]] = [[] for _ in divergences]
    for group in list(_by_cause(divergences).values())[:_MOST_CAUSES]:
        for index, fixes in zip(group, search.fixes([divergences[index] for index in group])):
            found[index] = fixes
    return found


def axis_repairs(analysis: Analysis, join: Step, others: Sequence[Analysis]) -> list[Fix]:
    """The repairs of a layer with a bottom that has too few axes."""
    search = _Search(analysis, others)
    for change in layer_repairs.reshape(analysis, join):
        after = analysis.edited(change.edits)
        if search.is_removed(after.errors, join) and search.is_harmless([change]):
            return [search.as_fix([change], after)]
    return []


def _by_cause(divergences: Sequence[Divergence]) -> dict[object, list[int]]:
    """The indices of the divergences that have the same cause: the same sizes in such a layer."""
    groups: dict[object, list[int]] = {}
    for index, divergence in enumerate(divergences):
        join = divergence.join
        own = join.layer.eltwise_param.operation if join.type == "Eltwise" else None
        cause = (divergence.comparison, join.type, own, len(join.bottoms))
        groups.setdefault(cause, []).append(index)
    return groups


class _Solution:
    """Changes of one kind that remove a finding, and the analysis of the net with them."""

    def __init__(self, changes: Sequence[Change], after: Analysis) -> None:
        self.changes = changes
        self.after = after
        self.errors = after.errors


class _Search:
    """The search for repairs in one analysis."""

    def __init__(self, analysis: Analysis, others: Sequence[Analysis]) -> None:
        self._analysis = analysis
        self._errors = analysis.errors
        self._others = others
        self._tries = 0

    def fixes(self, group: Sequence[Divergence]) -> list[list[Fix]]:
        """The repairs of divergences with the same cause, for each of them."""
        found: list[list[Fix]] = [[] for _ in group]
        for kind in _KINDS:
            if len(found[0]) == _MOST:
                break
            solution = self._solve(kind, group[0])
            if solution is None:
                continue
            found[0].append(self.as_fix(solution.changes, solution.after))
            others = self._for_others(kind, solution, group[1:])
            for fixes, fix in zip(found[1:], others):
                if fix is not None:
                    fixes.append(fix)
        return found

    # One divergence --------------------------------------------------------------------------

    def _solve(self, kind: _Kind, divergence: Divergence) -> _Solution | None:
        """The first changes of a kind that remove the finding of a divergence and add none."""
        self._tries = _TRIES
        return self._extend(kind, [], divergence, divergence)

    def _extend(
        self, kind: _Kind, changes: list[Change], divergence: Divergence, first: Divergence
    ) -> _Solution | None:
        """The changes with further ones for a divergence of the net that has them already."""
        for change in kind(divergence.derivations.analysis, divergence):
            if change.is_window and not _may_agree(divergence, change):
                continue
            if not self._tries:
                return None
            self._tries -= 1
            more = [*changes, _before_earlier(change, changes, len(self._analysis.message.layer))]
            after = self._with(self._analysis, more)
            if after is None:
                continue
            if self.is_removed(after.errors, first.join):
                if self.is_harmless(more):
                    return _Solution(more, after)
                continue
            further = self._next(after, divergence, first)
            solution = self._extend(kind, more, further, first) if further else None
            if solution is not None:
                return solution
        return None

    def _next(
        self, after: Analysis, divergence: Divergence, first: Divergence
    ) -> Divergence | None:
        """The next join that disagrees, if that is the first thing that is wrong now."""
        for step in after.steps:
            for finding in step.faults:
                known = self._errors[finding.code, finding.layer]
                is_new = after.errors[finding.code, finding.layer] > known
                if finding.severity is Severity.ERROR and (is_new or step.name == first.join.name):
                    found = find_divergence(Derivations(after), step)
                    return found if found and not _is_same(found, divergence) else None
        return None

    def is_removed(self, errors: Counter[tuple[str, str]], join: Step) -> bool:
        """Whether the join is accepted now, and nothing is wrong that was not before."""
        own = {(finding.code, finding.layer) for finding in join.faults}
        return any(errors[each] < self._errors[each] for each in own) and not errors - self._errors

    def is_harmless(self, changes: Sequence[Change]) -> bool:
        """Whether the changes bring no error in the other phases."""
        for other in self._others:
            after = self._with(other, changes)
            if after is None or after.errors - other.errors:
                return False
        return True

    def _with(self, analysis: Analysis, changes: Sequence[Change]) -> Analysis | None:
        """The analysis with these changes; ``None`` if they cannot be made."""
        edits = [edit for change in changes for edit in change.edits]
        inputs = {name: shape for change in changes for name, shape in change.inputs.items()}
        try:
            return analysis.edited(edits, inputs)
        except EditError:
            return None

    def as_fix(self, changes: Sequence[Change], after: Analysis) -> Fix:
        """Several changes of one kind as one, with what they keep and change."""
        edits = tuple(edit for change in changes for edit in change.edits)
        titles = dict.fromkeys(change.title for change in changes)
        title = f"{'; '.join(titles)} ({effects(self._analysis, after, changes)})"
        return Fix(title, edits, all(change.safe for change in changes))

    # Other divergences with the same cause ---------------------------------------------------

    def _for_others(
        self, kind: _Kind, solution: _Solution, rest: Sequence[Divergence]
    ) -> list[Fix | None]:
        """The repair of a kind for the other divergences with the cause of one that it repairs.

        Most changes repair all of them at once. A change that is local to its join is tried for all
        joins together: with 160 of them that takes one inference of the net and not 160.
        """
        if not rest:
            return []
        if not any(change.local for change in solution.changes):
            fix = self.as_fix(solution.changes, solution.after)
            return [fix if self.is_removed(solution.errors, each.join) else None for each in rest]
        together = self._together(kind, solution, rest) if len(solution.changes) == 1 else None
        if together is not None:
            return list(together)
        found: list[Fix | None] = []
        for divergence in rest[:_ONE_BY_ONE]:
            own = self._solve(kind, divergence)
            found.append(self.as_fix(own.changes, own.after) if own is not None else None)
        return found

    def _together(
        self, kind: _Kind, solution: _Solution, rest: Sequence[Divergence]
    ) -> list[Fix] | None:
        """A local change for each join, if all of them together are accepted."""
        changes = []
        for divergence in rest:
            change = next(kind(self._analysis, divergence), None)
            if change is None:
                return None
            changes.append(change)
        every = [*solution.changes, *changes]
        after = self._with(self._analysis, every)
        if after is None or not self.is_harmless(every):
            return None
        errors = after.errors
        if not all(self.is_removed(errors, divergence.join) for divergence in rest):
            return None
        return [self.as_fix([change], solution.after) for change in changes]


def _may_agree(divergence: Divergence, change: Change) -> bool:
    """Whether arithmetic along the ways, which is quick, lets the sizes agree."""
    message = divergence.derivations.analysis.message
    layers = {}
    for index in {int(edit.path[1]) for edit in change.edits}:
        net = NetParameter(layer=[message.layer[index]])
        own = [edit for edit in change.edits if edit.path[1] == index]
        apply(net, [replace(edit, path=("layer", 0, *edit.path[2:])) for edit in own])
        layers[index] = net.layer[0]
    return divergence.may_agree(layers)


def _is_same(one: Divergence, other: Divergence) -> bool:
    """Whether two divergences, of different analyses, are about the same sizes of a layer."""
    return one.join.name == other.join.name and one.comparison.what == other.comparison.what


def _before_earlier(change: Change, earlier: Sequence[Change], number: int) -> Change:
    """A change with its paths in a net that the earlier changes have yet to be made in.

    A list of edits names the layers as they are before all of them, and an earlier change may have
    inserted layers. ``number`` is the number of layers without them.
    """
    inserted: Counter[int] = Counter()
    for edit in (edit for each in earlier for edit in each.edits):
        if edit.action == "insert" and len(edit.path) == 2:
            inserted[int(edit.path[1])] += 1
    if not inserted:
        return change
    origins: list[int] = []
    for index in range(number + 1):
        origins += [index] * (inserted[index] + 1)
    edits = [
        replace(edit, path=("layer", origins[int(edit.path[1])], *edit.path[2:]))
        for edit in change.edits
    ]
    return replace(change, edits=tuple(edits))
