"""Why two sizes differ: the way of each back to where it comes from, and where the ways part."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from protogen.explanations.comparisons import (
    Amount,
    Comparison,
    failing_comparisons,
    shared_comparisons,
)
from protogen.explanations.derivations import Derivation, Derivations, Place
from protogen.explanations.size_change import SizeChange
from protogen.graph import Step, Value
from protogen.schema import Fault

if TYPE_CHECKING:
    from protogen.proto import LayerParameter

__all__ = ["Branch", "Divergence", "Pair", "find_divergence", "is_broadcast"]

#: Other layers in the place of some, by the index of the layer.
_Changed = Mapping[int, "LayerParameter"]

#: The axis of the height, which is the first spatial one.
_HEIGHT = 2


@dataclass(frozen=True)
class Branch:
    """The way to one place, from where it starts: the places in the net's order, and the steps.

    ``origin`` is how the size of the first place comes about.
    """

    places: tuple[Place, ...]
    steps: tuple[Derivation, ...]
    origin: Derivation

    @property
    def start(self) -> Place:
        """Where the way starts."""
        return self.places[0]

    @property
    def end(self) -> Place:
        """Where the way ends."""
        return self.places[-1]

    @cached_property
    def changes(self) -> list[SizeChange]:
        """What the layers on the way do to the size, if they change it."""
        found = []
        for step in self.steps:
            if step.change is not None:
                found.append(step.change)
        return found

    @property
    def is_moved(self) -> bool:
        """Whether a Permute, say, gives the axis another number on the way."""
        numbers = {place.axis for place in self.places}
        return len(numbers) > 1

    @property
    def rounding(self) -> Fraction:
        """What all roundings on the way add to the size at its end."""
        total = Fraction(0)
        for index, change in enumerate(self.changes):
            total += self.carried(index, change.error)
        return total

    def carried(self, index: int, amount: Fraction) -> Fraction:
        """What an amount that is added to the size after a change adds to the size at the end."""
        # A row too many before a stride of 2 is half a row too many after it.
        for later in self.changes[index + 1 :]:
            amount *= later.arithmetic.scale
        return amount

    def size_from(self, size: int, changed: _Changed) -> int | None:
        """The size at the end for another one at the start, or for other layers on the way.

        ``None`` if a layer rejects that, or what it does is unknown.
        """
        for change in self.changes:
            step = change.step
            layer = changed.get(step.index, step.layer)
            after = change.again(size, layer)
            if after is None:
                return None
            size = after
        return size


@dataclass(frozen=True)
class Pair:
    """Two sizes that should agree and do not, with the ways to both."""

    first: Branch
    second: Branch
    comparison: Comparison

    @property
    def branches(self) -> tuple[Branch, Branch]:
        """Both ways."""
        return self.first, self.second

    @property
    def changes(self) -> list[SizeChange]:
        """What the layers on both ways do to the sizes."""
        return [*self.first.changes, *self.second.changes]

    @property
    def is_common(self) -> bool:
        """Whether both ways start at the same place."""
        return self.first.start == self.second.start

    @property
    def is_moved(self) -> bool:
        """Whether the axis has another number somewhere on the way, so that its name misleads."""
        return self.first.is_moved or self.second.is_moved

    @property
    def name(self) -> str:
        """What the axis is called: ``height``, or ``axis 3``."""
        end = self.first.end
        if self.is_moved:
            return f"axis {end.axis}"
        return end.name

    @property
    def is_known(self) -> bool:
        """Whether the arithmetic of every layer on the ways is known."""
        return all(change.is_known for change in self.changes)

    @cached_property
    def culprit(self) -> SizeChange | None:
        """The rounding that makes most of the difference, if roundings make it."""
        if not self.is_known:
            return None
        first, second = self.branches
        exact = first.end.known_size - first.rounding
        other_exact = second.end.known_size - second.rounding
        # Then kernels, strides or pads make more of a difference.
        if abs(exact - other_exact) >= 1:
            return None
        found: SizeChange | None = None
        most: tuple[Fraction, bool] = (Fraction(0), False)
        for branch in self.branches:
            for index, change in enumerate(branch.changes):
                # A Convolution rounds as other frameworks do; the Pooling is the unusual one.
                is_pooling = change.step.type == "Pooling"
                effect = abs(branch.carried(index, change.error)), is_pooling
                if change.error and effect > most:
                    found, most = change, effect
        return found

    @cached_property
    def suspects(self) -> list[SizeChange]:
        """The changes without which the sizes would agree: with neither edges nor overlaps there.

        A pooling with kernel 2 and stride 1, for instance, makes 12 of 13, and 13 would fit.
        """
        if not self.is_known:
            return []
        found = []
        for branch, other in ((self.first, self.second), (self.second, self.first)):
            wanted = other.end.known_size
            for index, change in enumerate(branch.changes):
                # What the edges take away from the size that the stride alone would give.
                missing = change.arithmetic.ideal - change.after
                if not missing:
                    continue
                more = branch.carried(index, missing)
                size = branch.end.known_size + more
                if size == wanted:
                    found.append(change)
        return found

    def is_like(self, other: Pair) -> bool:
        """Whether the account of this pair also holds for another, as for height and width."""
        return self._account() == other._account()

    def _account(self) -> list[object]:
        """All that the account of the pair says, except the name of the axis."""
        found: list[object] = [self.is_moved]
        for branch in self.branches:
            found += [branch.start.value, branch.start.size, branch.end.size, branch.origin.kind]
            for change in branch.changes:
                found += [change.step, change.text]
        return found

    def agrees(self, changed: _Changed) -> bool:
        """Whether the sizes agree with some layers changed, as far as arithmetic can tell."""
        # The ways start at a common blob, or at inputs: no change lies further back.
        first = self.first.size_from(self.first.start.known_size, changed)
        second = self.second.size_from(self.second.start.known_size, changed)
        return self.fits(first, second)

    def fits(self, first: int | None, second: int | None) -> bool:
        """Whether the layer may accept these sizes."""
        # What is unknown may be anything; inference has the last word.
        if first is None or second is None:
            return True
        return self.comparison.holds(first, second)


@dataclass(frozen=True)
class Divergence:
    """Two amounts that a layer requires to be equal, and the sizes in them that differ.

    ``pairs`` is empty if the sizes do not correspond to each other one by one.
    """

    join: Step
    comparison: Comparison
    pairs: tuple[Pair, ...]
    derivations: Derivations

    @cached_property
    def changes(self) -> dict[Step, set[int]]:
        """The layers that change sizes on the ways, the last first, and the axes they change."""
        found: dict[Step, set[int]] = {}
        for pair in self.pairs:
            for branch in pair.branches:
                # A change near the join has the fewest layers after it.
                for change in reversed(branch.changes):
                    axes = found.setdefault(change.step, set())
                    axes.add(change.bottom_axis)
        return found

    @property
    def suspects(self) -> set[Step]:
        """The layers without whose change of the size the sizes would agree."""
        found: set[Step] = set()
        for pair in self.pairs:
            found.update(change.step for change in pair.suspects)
        return found

    @property
    def culprit(self) -> SizeChange | None:
        """The rounding that makes most of the difference, if roundings make it."""
        if self.pairs:
            return self.pairs[0].culprit
        return None

    @property
    def is_broadcast(self) -> bool:
        """Whether one blob would have to be repeated over height and width of the other."""
        values = self.comparison.values
        if len(values) < 2:
            return False
        first, second = values
        return is_broadcast(first, second) or is_broadcast(second, first)

    def may_agree(self, changed: _Changed) -> bool:
        """Whether the sizes agree with some layers changed, as far as arithmetic can tell."""
        return all(pair.agrees(changed) for pair in self.pairs)

    def depends_on(self, images: Collection[str]) -> bool:
        """Whether the height or the width of an image decides one of the amounts."""
        places = (*self.comparison.first.places, *self.comparison.second.places)
        roots: set[Place] = set()
        for place in places:
            roots |= self.derivations.roots(place)
        # The channels and the batch of an image stay as they are if it is resized.
        sides = {root.value.name for root in roots if root.axis >= _HEIGHT}
        return not sides.isdisjoint(images)

    def image_sizes(self, images: Collection[str]) -> dict[int, Callable[[int], bool]]:
        """For height (0) and width (1) of the images: whether the sizes may agree with another."""
        found: dict[int, Callable[[int], bool]] = {}
        for pair in self.pairs:
            whole = self._from_inputs(pair)
            axes = set()
            for branch in whole.branches:
                start = branch.start
                if start.value.name in images:
                    axes.add(start.axis - _HEIGHT)
            # With both axes in play, no single one of them decides.
            if len(axes) == 1:
                found[axes.pop()] = _size_test(whole, images)
        return found

    def _from_inputs(self, pair: Pair) -> Pair:
        """The pair with its ways from as far back as they go, and not from a common blob."""
        first = self.derivations.way(pair.first.end)
        second = self.derivations.way(pair.second.end)
        return Pair(
            _branch(self.derivations, first), _branch(self.derivations, second), pair.comparison
        )


def _size_test(pair: Pair, images: Collection[str]) -> Callable[[int], bool]:
    """Whether two sizes may agree if the images have a given size."""

    def may_agree(size: int) -> bool:
        ends = []
        for branch in pair.branches:
            # The other branch may start at an input that keeps its size, such as a label map.
            start = branch.start.known_size
            if branch.start.value.name in images:
                start = size
            ends.append(branch.size_from(start, {}))
        return pair.fits(*ends)

    return may_agree


def is_broadcast(large: Value, small: Value) -> bool:
    """Whether a blob has one element for each image and channel of another: 1x16x1x1 or 1x16."""
    if large.shape is None or small.shape is None:
        return False
    channels = small.shape[:2]
    if len(channels) < 2 or channels != large.shape[:2]:
        return False
    # Attention, as in SENet, has a weight for each channel, not for each place.
    if set(small.shape[2:]) - {1}:
        return False
    sides = [size or 0 for size in large.shape[2:]]
    # A size of 2 against 1 is more likely a rounding.
    return max(sides, default=0) > 2


# Finding a divergence --------------------------------------------------------------------------


def find_divergence(derivations: Derivations, join: Step) -> Divergence | None:
    """Trace back what a layer compares and Caffe rejects; ``None`` if that is not known."""
    comparisons = failing_comparisons(join)
    if comparisons:
        if not _is_cause(join, comparisons[0]):
            return None
    else:
        # Net::AppendParam compares what layers share after it has set up the layer.
        comparisons = shared_comparisons(derivations.analysis, join)
        if not comparisons:
            return None
    first = comparisons[0]
    pairs: list[Pair] = []
    for comparison in comparisons:
        if first.is_like(comparison):
            pairs += _pairs(derivations, comparison)
    return Divergence(join, first, tuple(pairs), derivations)


def _is_cause(join: Step, comparison: Comparison) -> bool:
    """Whether the layer's fault is about this comparison: it is gone if a size is unknown."""
    assert join.schema is not None
    place = (*comparison.first.places, *comparison.second.places)[0]
    shapes = join.bottom_shapes
    for index, bottom in enumerate(join.bottoms):
        shape = shapes[index]
        if bottom is place.value and shape is not None:
            unknown = list(shape)
            unknown[place.axis] = None
            shapes[index] = tuple(unknown)
    try:
        join.schema.infer(join.layer, tuple(shapes), len(join.tops), in_place=join.in_place)
    except Fault as fault:
        # Another fault that comes to light only now says nothing against the comparison.
        messages = [finding.message for finding in join.faults]
        return fault.message not in messages
    return True


def _pairs(derivations: Derivations, comparison: Comparison) -> list[Pair]:
    """The sizes that correspond to each other and differ."""
    # With a factor, as for the classes of each prior box, the sizes are not meant to be equal.
    if {comparison.first.factor, comparison.second.factor} != {1}:
        return []
    factors = _factors(derivations, comparison.first)
    others = _factors(derivations, comparison.second)
    pairs = []
    for first, second in _corresponding(factors, others):
        # Without both sizes there is no difference to explain.
        if first.size is None or second.size is None:
            continue
        if first.size != second.size:
            pair = _pair(derivations, first, second, comparison)
            pairs.append(pair)
    return pairs


def _factors(derivations: Derivations, amount: Amount) -> list[Place]:
    """The places whose sizes an amount is the product of, back to those before a Flatten."""
    found = []
    for place in amount.places:
        found += derivations.factors(place)
    return found


def _corresponding(first: list[Place], second: list[Place]) -> list[tuple[Place, Place]]:
    """Both lists side by side, without sizes of 1 if only then they are equally long."""
    if len(first) != len(second):
        # NxC and NxCx1x1 hold the same elements.
        first = _without_ones(first)
        second = _without_ones(second)
    # Then nothing says which sizes belong together.
    if len(first) != len(second):
        return []
    return list(zip(first, second))


def _without_ones(places: list[Place]) -> list[Place]:
    """The places whose size is not 1."""
    found = []
    for place in places:
        if place.size != 1:
            found.append(place)
    return found


def _pair(derivations: Derivations, first: Place, second: Place, comparison: Comparison) -> Pair:
    way, other_way = derivations.way(first), derivations.way(second)
    on_other = set(other_way)
    for position, place in enumerate(way):
        if place in on_other:
            # What lies further back is the same for both.
            way = way[: position + 1]
            other_way = other_way[: other_way.index(place) + 1]
            break
    return Pair(_branch(derivations, way), _branch(derivations, other_way), comparison)


def _branch(derivations: Derivations, way: Sequence[Place]) -> Branch:
    """A way back, turned around."""
    places = tuple(reversed(way))
    steps = tuple(derivations.of(place) for place in places[1:])
    return Branch(places, steps, derivations.of(places[0]))
