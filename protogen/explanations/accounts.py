"""The account of a divergence in words: where two sizes come from, layer by layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from protogen.diagnostics import MultiLine, plural
from protogen.explanations.comparisons import Amount
from protogen.explanations.derivations import Derivation, Derivations, Kind, Place
from protogen.explanations.divergence import Branch, Divergence, Pair
from protogen.explanations.window_edits import is_darknet_pooling
from protogen.graph import Step
from protogen.shapes import format_shape

__all__ = ["origin", "where", "why"]

#: At most so many of the layers are listed that set the sizes in a product or a sum.
_MOST_SETTINGS = 6


def where(divergence: Divergence) -> str:
    """The blobs that are compared, and their shapes."""
    found = []
    for value in divergence.comparison.values:
        bottom = ""
        if value in divergence.join.bottoms:
            bottom = "bottom "
        found.append(f'{bottom}"{value.name}" is {format_shape(value.shape)}')
    return ", ".join(found)


def why(divergence: Divergence) -> str:
    """Where the sizes come from, a layer a line. Every equation in it was verified."""
    return MultiLine.of(_Account(divergence).lines())


def origin(derivations: Derivations, places: Sequence[Place]) -> str:
    """Where the sizes of some axes of a blob come from; "" if no layer computes them."""
    return MultiLine.of(_Lines(derivations).of_places(places))


class _Lines:
    """The lines about layers in an account."""

    def __init__(self, derivations: Derivations) -> None:
        self._derivations = derivations

    def of_amount(self, amount: Amount) -> Iterator[str]:
        """Where the sizes of an amount come from, if a layer computes them."""
        places = []
        for place in amount.places:
            # A size of 1 has no part in the product.
            if place.size != 1:
                places.append(place)
        return self.of_places(places)

    def of_places(self, places: Iterable[Place]) -> Iterator[str]:
        """Where the sizes of some axes come from, if a layer computes them."""
        alike: dict[tuple[int, tuple[str, ...]], list[Place]] = {}
        for place in places:
            lines = tuple(self._sources(place))
            if lines:
                alike.setdefault((place.known_size, lines), []).append(place)
        # Height and width usually come about alike, and share their lines.
        for (_, lines), same in alike.items():
            names = [place.name for place in same]
            yield f"{_has(same[0], names)}:"
            yield from lines

    def _sources(self, place: Place) -> Iterator[str]:
        """The layers that a size comes from, in the net's order."""
        way = self._derivations.way(place)
        yield from self._origin(self._derivations.of(way[-1]))
        for each in reversed(way[:-1]):
            yield from self._step(self._derivations.of(each))

    def _step(self, derivation: Derivation) -> Iterator[str]:
        """What a layer does to the size of its bottom, if that is worth a line."""
        place, source = derivation.place, derivation.sources[0]
        name = f"  {self._name(place.value.step)}"
        if derivation.change is not None:
            yield f"{name}: {derivation.change.text}"
        elif place.axis != source.axis:
            # Without this line, a reader would look for the axis under its old number.
            yield f'{name}: axis {place.axis} is axis {source.axis} of "{source.value.name}"'

    def _origin(self, derivation: Derivation) -> Iterator[str]:
        """Where a size comes from in the first place; nothing for an input."""
        step = derivation.place.value.step
        size = derivation.place.size
        setting = derivation.setting
        name = f"  {self._name(step)}"
        if derivation.kind in (Kind.PRODUCT, Kind.SUM):
            yield from self._settings(derivation)
            yield f"{name}: {derivation.equation}"
        elif setting is not None:
            yield f"{name}: {setting.text(setting.value)}"
        elif derivation.kind is Kind.SET:
            cause = f"always {size} here"
            # A flag sets this size, not a number.
            if step.type == "Pooling" and step.layer.pooling_param.global_pooling:
                cause = "global_pooling: true"
            yield f"{name}: {cause}"
        elif derivation.kind is Kind.UNKNOWN:
            yield f"{name}: a {step.type} layer produces {size}"

    def _settings(self, derivation: Derivation) -> list[str]:
        """The fields that set the sizes in a product or a sum."""
        # A shared source is listed once.
        lines: dict[str, None] = {}
        for source in derivation.sources:
            root = self._derivations.of(self._derivations.way(source)[-1])
            is_computed = root.kind in (Kind.PRODUCT, Kind.SUM)
            if is_computed or root.setting is not None:
                lines.update(dict.fromkeys(self._origin(root)))
        return list(lines)[:_MOST_SETTINGS]

    def _name(self, step: Step) -> str:
        """``"pool1" (line 120)``; the line is that of the file or of the user's program."""
        place = self._derivations.analysis.location(step)
        if place is None or not place.line:
            return f'"{step.name}"'
        return f'"{step.name}" (line {place.line})'


class _Account(_Lines):
    """The lines of the account of a divergence."""

    def __init__(self, divergence: Divergence) -> None:
        super().__init__(divergence.derivations)
        self._divergence = divergence

    def lines(self) -> Iterator[str]:
        comparison, pairs = self._divergence.comparison, self._divergence.pairs
        if not comparison.is_of_axes:
            yield from self._totals()
        if not pairs:
            yield from self.of_amount(comparison.first)
            yield from self.of_amount(comparison.second)
            return
        first = pairs[0]
        alike, others = [], []
        for pair in pairs:
            if pair.is_like(first):
                alike.append(pair)
            else:
                others.append(pair)
        yield from self._pair(alike)
        yield from self._darknet()
        # Their accounts would be as long again, and the first one usually leads to the cause.
        for pair in others:
            yield f"{pair.name} also differs: {pair.first.end.size} and {pair.second.end.size}"

    def _darknet(self) -> Iterator[str]:
        # Nets converted from Darknet, such as tiny YOLO, have such a pooling.
        suspects = self._divergence.suspects
        for step in self._divergence.changes:
            if step in suspects and is_darknet_pooling(step):
                yield (
                    f'in Darknet "{step.name}" keeps the size, because Darknet pads the end of a'
                    " pooling with stride 1"
                )

    # Amounts ---------------------------------------------------------------------------------

    def _totals(self) -> Iterator[str]:
        """``"upscore" has 1 * 544 * 544 = 295936 predictions``, a line for each amount."""
        comparison = self._divergence.comparison
        yield self._total(comparison.first, comparison.what)
        yield self._total(comparison.second, comparison.other_what or comparison.what)

    def _total(self, amount: Amount, what: str) -> str:
        value = amount.value
        # What a field states, or each prior box needs, is required: no blob has so many elements.
        if value is None:
            name, verb = self._divergence.join.name, "requires"
        elif amount.factor != 1:
            name, verb = value.name, "requires"
        else:
            name, verb = value.name, "has"
        if amount.multiple_of:
            verb += f" a multiple of {amount.multiple_of}, such as"
        return f'"{name}" {verb} {_counted(amount, what)}'

    # Pairs -----------------------------------------------------------------------------------

    def _pair(self, alike: Sequence[Pair]) -> Iterator[str]:
        """The account of the first of several pairs, which is that of the others, too."""
        pair = alike[0]
        names = [each.name for each in alike]
        axes = list(dict.fromkeys(names))
        yield from self._start(pair, axes)
        yield from self._way(pair.first, pair, axes)
        ends = [(each.first.end.axis, each.second.end.axis) for each in alike]
        # The axes may have other numbers in the second blob, and then other names.
        if any(axis != other for axis, other in ends):
            names = [f"axis {other}" for _, other in ends]
            axes = list(dict.fromkeys(names))
        yield from self._way(pair.second, pair, axes)

    def _way(self, branch: Branch, pair: Pair, axes: Sequence[str]) -> Iterator[str]:
        """The size at the end of a way, and the lines about its layers."""
        has = _has(branch.end, axes)
        lines = list(self._branch(branch, pair))
        if lines:
            yield f"{has}:"
            yield from lines
        else:
            yield f"{has}: no layer changes it"

    def _start(self, pair: Pair, axes: Sequence[str]) -> Iterator[str]:
        """Where the ways start, if that is the same place or two inputs."""
        first, size = _start(pair, pair.first.start, axes)
        second, other_size = _start(pair, pair.second.start, axes)
        if pair.is_common:
            yield f"both come from {first} ({size}){_parting(pair)}"
            return
        # A size that a layer sets has a line of its own, with the field that sets it.
        if not all(branch.origin.kind is Kind.GIVEN for branch in pair.branches):
            return
        if pair.first.start.size == pair.second.start.size:
            yield f"they come from {first} and {second} (both {size}){_parting(pair)}"
        else:
            yield f"they come from {first} ({size}) and {second} ({other_size})"

    def _branch(self, branch: Branch, pair: Pair) -> Iterator[str]:
        if not pair.is_common:
            yield from self._origin(branch.origin)
        for step in branch.steps:
            yield from self._step(step)


def _start(pair: Pair, place: Place, axes: Sequence[str]) -> tuple[str, str]:
    """Where a way starts, and its size there: ``"data"`` and ``height and width 75``."""
    blob = f'"{place.value.name}"'
    # The number of an axis belongs to one blob, so the text says which.
    if pair.is_moved or place.name.startswith("axis"):
        return f"axis {place.axis} of {blob}", str(place.size)
    names = place.name
    if len(axes) > 1:
        names = " and ".join(axes)
    return blob, f"{names} {place.size}"


def _counted(amount: Amount, what: str) -> str:
    """``2 * 64 * 64 = 8192 elements``, or ``1 element per item``."""
    noun, per, unit = what.partition(" per ")
    if amount.size != 1:
        noun += "s"
    return f"{amount.equation} {noun}{per}{unit}"


def _has(place: Place, axes: Sequence[str]) -> str:
    """``"pool1" has height and width 38``, or ``"fc" is 10 on axis 1``."""
    name, size = place.value.name, place.known_size
    if axes[0].startswith("axis"):
        return f'"{name}" is {size} on {" and ".join(axes)}'
    if axes == ["channels"]:
        return f'"{name}" has {plural(size, "channel")}'
    return f'"{name}" has {" and ".join(axes)} {size}'


def _parting(pair: Pair) -> str:
    """Where the ways part, or what makes the difference, after "both come from ..."."""
    culprit = pair.culprit
    changes = pair.changes
    if culprit is not None:
        way = "down"
        if culprit.error > 0:
            way = "up"
        layer = f'"{culprit.step.name}" ({culprit.step.type})'
        # The ways part earlier in the net, but here the sizes do.
        return f" and part at {layer}, where Caffe rounds {way}"
    if len(changes) == 1:
        step = changes[0].step
        return f' and part at "{step.name}" ({step.type}), the only layer that changes the size'
    # Roundings that make less than the difference neither explain it nor may be denied.
    if any(change.arithmetic.rounds for change in changes):
        return ""
    return "; nothing is rounded: the kernels, strides and pads cause the difference"
