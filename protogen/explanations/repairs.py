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
from protogen.explanations.local_changes import Effect, effect_of
from protogen.field_changes import apply
from protogen.graph import Step
from protogen.proto import NetParameter

__all__ = ["accepted", "axis_repairs", "kernel_repairs", "repairs"]

#: How many nets may be inferred to find one repair.
_TRIES = 24

#: How many repairs of a finding are reported.
_MOST = 5

#: For how many different causes repairs are looked for. Each takes some 50 inferences of the net.
_MOST_CAUSES = 20

#: How many findings with the same cause are tried one by one, if they cannot be tried together.
_ONE_BY_ONE = 4

_Kind = Callable[[Analysis, Divergence], Iterator[Change]]

#: The kinds of change in the order in which they are tried, and in which the hint lists them.
_KINDS: tuple[_Kind, ...] = (
    # These keep what each layer computes.
    window_repairs.rounding,
    layer_repairs.unpooled_size,
    window_repairs.darknet_pooling,
    layer_repairs.crop_fields,
    layer_repairs.concat_axis,
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


def accepted(analysis: Analysis, edits: Sequence[Edit]) -> Effect | None:
    """What these edits bring; ``None`` if they bring an error that was not there before."""
    try:
        effect = effect_of(analysis, edits)
    except EditError:
        return None
    if effect.new_errors:
        return None
    return effect


def repairs(
    analysis: Analysis, divergences: Sequence[Divergence], others: Sequence[Analysis]
) -> list[list[Fix]]:
    """The repairs of each divergence, of each kind the first that is accepted.

    ``others`` are the same net in other phases, where no repair may bring an error.
    """
    search = _Search(analysis, others)
    found: list[list[Fix]] = [[] for _ in divergences]
    causes = list(_by_cause(divergences).values())
    for indices in causes[:_MOST_CAUSES]:
        group = [divergences[index] for index in indices]
        fixes_of_group = search.fixes(group)
        for index, fixes in zip(indices, fixes_of_group):
            found[index] = fixes
    return found


def axis_repairs(analysis: Analysis, join: Step, others: Sequence[Analysis]) -> list[Fix]:
    """The repairs of a layer with a bottom that has too few axes, or more than the others."""
    changes = layer_repairs.reshape(analysis, join)
    return _first_accepted(_Search(analysis, others), changes, join)


def kernel_repairs(analysis: Analysis, step: Step, others: Sequence[Analysis]) -> list[Fix]:
    """The repair of a layer whose kernel is larger than its bottom."""
    changes = image_repairs.fitting_image_size(analysis, step)
    return _first_accepted(_Search(analysis, others), changes, step)


def _first_accepted(search: _Search, changes: Iterator[Change], step: Step) -> list[Fix]:
    """The first change that removes the finding of a layer, or nothing."""
    for change in changes:
        solution = search.verified([change], step)
        if solution is not None:
            return [solution.fix()]
    return []


def _by_cause(divergences: Sequence[Divergence]) -> dict[object, list[int]]:
    """The indices of the divergences that have the same cause: the same sizes in such a layer."""
    groups: dict[object, list[int]] = {}
    for index, divergence in enumerate(divergences):
        join = divergence.join
        operation = None
        if join.type == "Eltwise":
            # A product can become a Scale and a sum a Bias, so they are repaired differently.
            operation = join.layer.eltwise_param.operation
        cause = (divergence.comparison, join.type, operation, len(join.bottoms))
        groups.setdefault(cause, []).append(index)
    return groups


class _Solution:
    """Changes of one kind that remove a finding and add none, and the analysis with them."""

    def __init__(self, before: Analysis, after: Analysis, changes: Sequence[Change]) -> None:
        self.changes = changes
        self.errors = after.errors
        self.note = effects(before, after, changes)

    def fix(self, changes: Sequence[Change] = ()) -> Fix:
        """The changes as one, or others like them, with what they keep and change."""
        changes = changes or self.changes
        edits: list[Edit] = []
        # The same change at several joins is said once.
        titles: dict[str, None] = {}
        safe = True
        for change in changes:
            edits += change.edits
            titles[change.title] = None
            safe = safe and change.safe
        return Fix(f"{'; '.join(titles)} ({self.note})", tuple(edits), safe)


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
        titles: set[str] = set()
        first, rest = group[0], group[1:]
        for kind in _KINDS:
            if len(titles) == _MOST:
                break
            solution = self._solve(kind, first)
            if solution is None:
                continue
            fix = solution.fix()
            # Two kinds may come to the same change, as the two heads of one comparison.
            if fix.title in titles:
                continue
            titles.add(fix.title)
            fixes_of_kind = [fix, *self._for_others(kind, solution, rest)]
            for fixes, each in zip(found, fixes_of_kind):
                if each is not None:
                    fixes.append(each)
        return found

    # One divergence --------------------------------------------------------------------------

    def _solve(self, kind: _Kind, divergence: Divergence) -> _Solution | None:
        """The first changes of a kind that remove the finding of a divergence and add none."""
        self._tries = _TRIES
        return self._extend(kind, [], divergence, divergence)

    def _extend(
        self, kind: _Kind, changes: list[Change], divergence: Divergence, first: Divergence
    ) -> _Solution | None:
        """The changes, with more of their kind for a divergence that they leave."""
        for change in kind(divergence.derivations.analysis, divergence):
            # Arithmetic costs microseconds, an inference of the whole net milliseconds.
            if change.is_window and not _may_agree(divergence, change):
                continue
            if not self._tries:
                return None
            self._tries -= 1
            number = len(self._analysis.message.layer)
            more = [*changes, _before_earlier(change, changes, number)]
            solution = self.verified(more, first.join)
            if solution is not None:
                return solution
            further = self._next(more, divergence, first)
            if further is None:
                continue
            solution = self._extend(kind, more, further, first)
            if solution is not None:
                return solution
        return None

    def verified(self, changes: Sequence[Change], join: Step) -> _Solution | None:
        """The changes as a solution, if with them a join is accepted and nothing else is wrong.

        That holds for the other phases, too.
        """
        after = self._with(self._analysis, changes)
        if after is None:
            return None
        new_errors = after.errors - self._errors
        if new_errors or not self._is_gone(after.errors, join):
            return None
        for other in self._others:
            elsewhere = self._with(other, changes)
            if elsewhere is None:
                return None
            new_errors = elsewhere.errors - other.errors
            if new_errors:
                return None
        return _Solution(self._analysis, after, changes)

    def _is_gone(self, errors: Counter[tuple[str, str]], join: Step) -> bool:
        """Whether there are fewer errors at a join than before."""
        # Fewer, not none: another layer may have the same name, and errors of its own.
        for finding in join.faults:
            key = finding.code, finding.layer
            if errors[key] < self._errors[key]:
                return True
        return False

    def _next(
        self, changes: Sequence[Change], divergence: Divergence, first: Divergence
    ) -> Divergence | None:
        """The next divergence in the net with these changes, if that is the first thing wrong."""
        after = self._with(self._analysis, changes)
        if after is None:
            return None
        step = self._first_wrong(after, first.join)
        if step is None:
            return None
        found = find_divergence(Derivations(after), step)
        # The same divergence again means that the last change had no effect on it.
        if found is None or _is_same(found, divergence):
            return None
        return found

    def _first_wrong(self, after: Analysis, join: Step) -> Step | None:
        """The first layer with an error that is new, or the join itself."""
        added = after.errors - self._errors
        for step in after.steps:
            for finding in step.faults:
                if finding.severity is not Severity.ERROR:
                    continue
                # Any error at the join counts, old or new: the join is what is to be repaired.
                if step.name == join.name:
                    return step
                key = finding.code, finding.layer
                if key in added:
                    return step
        return None

    def _with(self, analysis: Analysis, changes: Sequence[Change]) -> Analysis | None:
        """The analysis with these changes; ``None`` if they cannot be made."""
        edits: list[Edit] = []
        inputs: dict[str, tuple[int | None, ...]] = {}
        for change in changes:
            edits += change.edits
            inputs.update(change.inputs)
        try:
            return analysis.edited(edits, inputs)
        except EditError:
            return None

    # Other divergences with the same cause ---------------------------------------------------

    def _for_others(
        self, kind: _Kind, solution: _Solution, rest: Sequence[Divergence]
    ) -> Sequence[Fix | None]:
        """The repair of a kind for the other divergences with the cause of one that it repairs.

        Most changes repair all of them at once. A change that is local to its join is tried for all
        joins together: for 160 joins that takes one inference of the net, and not 160.
        """
        if not rest:
            return []
        if not any(change.local for change in solution.changes):
            return self._same_for(solution, rest)
        together = self._together(kind, solution, rest)
        if together is not None:
            return together
        found: list[Fix | None] = []
        for divergence in rest[:_ONE_BY_ONE]:
            own = self._solve(kind, divergence)
            if own is None:
                found.append(None)
            else:
                found.append(own.fix())
        return found

    def _same_for(self, solution: _Solution, rest: Sequence[Divergence]) -> list[Fix | None]:
        """The very same fix, for each join that it also repairs."""
        fix = solution.fix()
        found: list[Fix | None] = []
        for divergence in rest:
            is_repaired = self._is_gone(solution.errors, divergence.join)
            found.append(fix if is_repaired else None)
        return found

    def _together(
        self, kind: _Kind, solution: _Solution, rest: Sequence[Divergence]
    ) -> list[Fix] | None:
        """A local change for each join, if all of them together are accepted."""
        if len(solution.changes) > 1:
            return None
        changes = []
        for divergence in rest:
            change = next(kind(self._analysis, divergence), None)
            if change is None:
                return None
            changes.append(change)
        every = self.verified([*solution.changes, *changes], rest[0].join)
        if every is None:
            return None
        for divergence in rest:
            is_repaired = self._is_gone(every.errors, divergence.join)
            if not is_repaired:
                return None
        return [solution.fix([change]) for change in changes]


def _may_agree(divergence: Divergence, change: Change) -> bool:
    """Whether arithmetic along the ways, which is quick, lets the sizes agree.

    A change that cannot be made, such as a kernel that is larger than its field can hold, does not.
    """
    message = divergence.derivations.analysis.message
    by_layer: dict[int, list[Edit]] = {}
    for edit in change.edits:
        moved = replace(edit, path=("layer", 0, *edit.path[2:]))
        by_layer.setdefault(int(edit.path[1]), []).append(moved)
    layers = {}
    for index, edits in by_layer.items():
        # A net of this one layer: copying the whole net would take as long as inferring it.
        net = NetParameter(layer=[message.layer[index]])
        try:
            apply(net, edits)
        except EditError:
            return False
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
    inserted = _inserted_layers(earlier)
    if not inserted:
        return change
    # For each index in the net with the inserted layers, the index without them.
    origins: list[int] = []
    for index in range(number + 1):
        origins += [index] * (inserted[index] + 1)
    edits = []
    for edit in change.edits:
        _, layer, *field = edit.path
        origin = origins[int(layer)]
        edits.append(replace(edit, path=("layer", origin, *field)))
    return replace(change, edits=tuple(edits))


def _inserted_layers(changes: Sequence[Change]) -> Counter[int]:
    """How many layers the changes insert before each layer, by its index."""
    inserted: Counter[int] = Counter()
    for change in changes:
        for edit in change.edits:
            is_layer = len(edit.path) == 2
            if is_layer and edit.action == "insert":
                inserted[int(edit.path[1])] += 1
    return inserted
