"""The account of a divergence in words: where two sizes come from, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protogen.analysis import Analysis
from protogen.checks._comparisons import Amount
from protogen.checks._derivations import Derivation, Kind, Place
from protogen.checks._divergence import Branch, Divergence, Pair
from protogen.checks._window_edits import is_darknet_pooling
from protogen.graph import Step
from protogen.shapes import format_shape

__all__ = ["where", "why"]

#: The account of one amount lists at most so many of the layers that its sizes come from.
_MOST_SOURCES = 6


def where(divergence: Divergence) -> str:
    """The blobs that are compared, and their shapes."""
    found = {}
    for amount in (divergence.comparison.first, divergence.comparison.second):
        if amount.value is not None:
            found[amount.value] = format_shape(amount.value.shape)
    bottoms = divergence.join.bottoms
    return ", ".join(
        f'{"bottom " if value in bottoms else ""}"{value.name}" is {shape}'
        for value, shape in found.items()
    )


def why(divergence: Divergence) -> str:
    """Where the sizes come from, a layer a line. Every equation in it was verified."""
    return "\n".join(_Account(divergence).lines())


class _Account:
    def __init__(self, divergence: Divergence) -> None:
        self._divergence = divergence
        self._derivations = divergence.derivations
        self._analysis: Analysis = divergence.derivations.analysis

    def lines(self) -> Iterator[str]:
        comparison, pairs = self._divergence.comparison, self._divergence.pairs
        if not (comparison.first.is_axis and comparison.second.is_axis):
            yield from self._totals()
        if not pairs:
            for amount in (comparison.first, comparison.second):
                yield from self._amount(amount)
            return
        first = pairs[0]
        alike = [pair for pair in pairs if pair.is_like(first)]
        yield from self._pair(first, list(dict.fromkeys(pair.name for pair in alike)))
        yield from self._darknet()
        for pair in pairs:
            if pair not in alike:
                sizes = " and ".join(str(branch.end.size) for branch in pair.branches)
                yield f"{pair.name} differs, too: {sizes}"

    def _darknet(self) -> Iterator[str]:
        for step in self._divergence.changes:
            if step in self._divergence.suspects and is_darknet_pooling(step):
                yield (
                    f'if this net comes from Darknet: there "{step.name}" keeps the size, because'
                    " Darknet pads the end of a pooling with stride 1"
                )

    # Amounts ---------------------------------------------------------------------------------

    def _totals(self) -> Iterator[str]:
        """``"upscore" has 1 * 544 * 544 = 295936 predictions``, a line for each amount."""
        comparison = self._divergence.comparison
        for amount, what in (
            (comparison.first, comparison.what),
            (comparison.second, comparison.other_what or comparison.what),
        ):
            if amount.value is None:
                yield f'"{self._divergence.join.name}" requires {amount.equation} {what}'
            elif amount.factor != 1:
                yield f'"{amount.value.name}" requires {amount.equation} {what}'
            else:
                yield f'"{amount.value.name}" has {amount.equation} {what}'

    def _amount(self, amount: Amount) -> Iterator[str]:
        """Where the sizes of an amount come from, if a layer computes them."""
        for place in amount.places:
            lines = list(self._sources(place))
            if lines and place.size != 1:
                yield f'"{place.value.name}" is {place.size} ({place.name}):'
                yield from lines

    def _sources(self, place: Place) -> Iterator[str]:
        """The layers that a size comes from, in the net's order."""
        way = self._derivations.way(place)
        yield from self._origin(self._derivations.of(way[-1]))
        for each in reversed(way[:-1]):
            yield from self._step(self._derivations.of(each))

    # Pairs -----------------------------------------------------------------------------------

    def _pair(self, pair: Pair, axes: Sequence[str]) -> Iterator[str]:
        names = " and ".join(axes)
        yield from self._start(pair, names)
        for branch in pair.branches:
            has = f'"{branch.end.value.name}" has {names} {branch.end.size}'
            if pair.is_moved:
                verb = "is" if len(axes) == 1 else "are"
                has = f'{names} of "{branch.end.value.name}" {verb} {branch.end.size}'
            lines = list(self._branch(branch, pair))
            if lines:
                yield f"{has}:"
                yield from lines
            else:
                yield f"{has}: no layer changes it"

    def _start(self, pair: Pair, names: str) -> Iterator[str]:
        first, second = pair.first.start, pair.second.start
        if pair.is_moved:
            names = "size"
        if pair.is_common:
            yield f'both come from "{first.value.name}" ({names} {first.size}){_parting(pair)}'
        elif {branch.origin.kind for branch in pair.branches} != {Kind.GIVEN}:
            return
        elif first.size == second.size:
            blobs = f'"{first.value.name}" and "{second.value.name}"'
            yield f"they come from {blobs} (both {names} {first.size}){_parting(pair)}"
        else:
            one = f'"{first.value.name}" ({names} {first.size})'
            yield f'they come from {one} and "{second.value.name}" ({names} {second.size})'

    def _branch(self, branch: Branch, pair: Pair) -> Iterator[str]:
        if not pair.is_common:
            yield from self._origin(branch.origin)
        for step in branch.steps:
            yield from self._step(step)

    # Lines -----------------------------------------------------------------------------------

    def _step(self, derivation: Derivation) -> Iterator[str]:
        """What a layer does to the size of its bottom, if that is worth a line."""
        place, source = derivation.place, derivation.sources[0]
        if derivation.change is not None:
            yield f"  {self._name(place.value.step)}: {derivation.change.text}"
        elif place.axis != source.axis:
            moved = f'axis {place.axis} is axis {source.axis} of "{source.value.name}"'
            yield f"  {self._name(place.value.step)}: {moved}"

    def _origin(self, derivation: Derivation) -> Iterator[str]:
        """Where a size comes from in the first place."""
        step, size = derivation.place.value.step, derivation.place.size
        name = f"  {self._name(step)}"
        if derivation.kind in (Kind.PRODUCT, Kind.SUM):
            yield from self._settings(derivation)
            yield f"{name}: {derivation.equation}"
        elif derivation.setting is not None:
            yield f"{name}: {derivation.setting.text(derivation.setting.value)}"
        elif derivation.kind is Kind.SET:
            yield f"{name}: {size}, whatever the size of its bottom is"
        elif derivation.kind is Kind.UNKNOWN:
            yield f"{name}: {step.type} produces {size}"

    def _settings(self, derivation: Derivation) -> list[str]:
        """The fields that set the sizes in a product or a sum."""
        lines: dict[str, None] = {}
        for source in derivation.sources:
            root = self._derivations.of(self._derivations.way(source)[-1])
            if root.setting is not None or root.kind in (Kind.PRODUCT, Kind.SUM):
                lines.update(dict.fromkeys(self._origin(root)))
        return list(lines)[:_MOST_SOURCES]

    def _name(self, step: Step) -> str:
        """``"pool1" (line 120)``; the line is that of the file or of the user's program."""
        place = self._analysis.location(step)
        line = f" (line {place.line})" if place is not None and place.line else ""
        return f'"{step.name}"{line}'


def _parting(pair: Pair) -> str:
    """Where the ways part, or what makes the difference, after "both come from ..."."""
    changes = [change for branch in pair.branches for change in branch.changes]
    culprit = pair.culprit
    if culprit is not None:
        way = "up" if culprit.error > 0 else "down"
        layer = f'"{culprit.step.name}" ({culprit.step.type})'
        return f" and part at {layer}, where Caffe rounds {way}"
    if len(changes) == 1:
        step = changes[0].step
        return f' and part at "{step.name}" ({step.type}), the only layer that changes the size'
    if any(change.error for change in changes):
        return "; kernels, strides and pads make the difference"
    return "; nothing is rounded: kernels, strides and pads make the difference"
