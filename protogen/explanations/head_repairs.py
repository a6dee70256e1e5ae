"""Repairs of the layers that set a size: the ``num_output`` with which two amounts agree."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from protogen.analysis import Analysis
from protogen.edits import Edit
from protogen.explanations.changes import Change
from protogen.explanations.comparisons import Amount
from protogen.explanations.derivations import Derivations, Kind, Place, Setting
from protogen.explanations.divergence import Divergence

__all__ = ["first_head", "second_head"]

#: The fields that set a size and nothing else.
_FIELDS = ("num_output", "height", "width")

#: A field and the value with which the amounts agree.
_Fit = tuple[Setting, int]


def first_head(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """Another size of what the first amount is made of."""
    comparison = divergence.comparison
    yield from _changes(divergence.derivations, comparison.first, comparison.second)


def second_head(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """Another size of what the second amount is made of."""
    comparison = divergence.comparison
    yield from _changes(divergence.derivations, comparison.second, comparison.first)


def _changes(derivations: Derivations, amount: Amount, wanted: Amount) -> Iterator[Change]:
    assert wanted.size is not None
    if wanted.multiple_of:
        yield from _multiple(derivations, amount, wanted.multiple_of)
        return
    parts = _corresponding_parts(derivations, amount, wanted)
    if parts:
        fits = [fit for place, size in parts for fit in _fits(derivations, place, size)[:1]]
        if len(fits) == len(parts):
            yield _change(fits)
        return
    sizes = [place.known_size for place in amount.places]
    for place in amount.places:
        others = amount.factor * math.prod(sizes) / place.known_size if place.size else Fraction(0)
        if others:
            for fit in _fits(derivations, place, wanted.size / others):
                yield _change([fit])


def _multiple(derivations: Derivations, amount: Amount, number: int) -> Iterator[Change]:
    """The change that makes each part of an amount a multiple of a number."""
    places = [place for place in amount.places if place.size != 1]
    parts = _parts(derivations, amount) or [(amount.factor, place) for place in places]
    if len(parts) > 1 and len(places) > 1:
        return
    fits = []
    for scale, place in parts:
        if scale * place.known_size % number:
            fit = _nearest_fit(derivations, place, number / scale)
            if fit is None:
                return
            fits.append(fit)
    if fits:
        yield _change(fits)


def _nearest_fit(derivations: Derivations, place: Place, number: Fraction) -> _Fit | None:
    """The field, with the nearest value that gives the place a multiple of a number."""
    middle = round(place.known_size / number)
    for distance in range(_MOST_MULTIPLES):
        for factor in (middle - distance, middle + distance):
            fits = _fits(derivations, place, factor * number)
            if fits:
                return fits[0]
    return None


#: How many multiples on each side are tried.
_MOST_MULTIPLES = 200


def _change(fits: Sequence[_Fit]) -> Change:
    edits, titles = [], []
    for setting, value in fits:
        edits.append(Edit(setting.step.path(setting.field), "set", value))
        titles.append(f'{setting.text(value)} in "{setting.step.name}"')
    return Change(" and ".join(titles), tuple(edits))


def _fits(derivations: Derivations, place: Place, size: Fraction) -> list[_Fit]:
    """The fields, each with the value that gives the place this size."""
    if size.denominator != 1 or size <= 0:
        return []
    wanted = int(size)
    for each in derivations.way(place)[:-1]:
        change = derivations.of(each).change
        if change is not None:
            before = change.before + (wanted - change.after) / change.arithmetic.scale
            if before.denominator != 1 or change.again(int(before), change.step.layer) != wanted:
                return []
            wanted = int(before)
    root = derivations.of(derivations.way(place)[-1])
    if root.setting is not None and root.setting.name in _FIELDS:
        more = Fraction(wanted - root.place.known_size, root.setting.scale)
        value = root.setting.value + more
        return [(root.setting, int(value))] if value.denominator == 1 and value > 0 else []
    if root.kind is not Kind.PRODUCT:
        return []
    found = []
    for source in root.sources:
        if source.size:
            others = Fraction(root.place.known_size, source.size)
            found += _fits(derivations, source, wanted / others)
    return found


# Sums ------------------------------------------------------------------------------------------


def _corresponding_parts(
    derivations: Derivations, amount: Amount, wanted: Amount
) -> list[tuple[Place, Fraction]]:
    """The parts of a sum that differ from the parts of another sum, and the sizes they should have.

    The predictions of SSD, for instance, are a Concat of several heads, and the prior boxes are a
    Concat of the boxes for each of these heads.
    """
    mine, theirs = _parts(derivations, amount), _parts(derivations, wanted)
    if len(mine) < 2 or len(mine) != len(theirs):
        return []
    found = []
    for (scale, place), (other_scale, other) in zip(mine, theirs):
        size = other_scale * other.known_size / scale
        if size != place.size:
            found.append((place, size))
    return found


def _parts(derivations: Derivations, amount: Amount) -> list[tuple[Fraction, Place]]:
    """The places whose sizes, each times a number, add up to an amount."""
    places = [place for place in amount.places if place.size != 1]
    if len(places) != 1:
        return []
    scale, place = amount.factor, places[0]
    while True:
        derivation = derivations.of(place)
        if derivation.kind is Kind.SUM:
            return [(scale, source) for source in derivation.sources]
        if derivation.kind is Kind.KEPT:
            place = derivation.sources[0]
        elif derivation.change is not None and derivation.change.is_multiple:
            scale *= Fraction(place.known_size, derivation.sources[0].known_size)
            place = derivation.sources[0]
        elif derivation.kind is Kind.PRODUCT:
            # All other factors are constants, as the number of classes after a Reshape.
            free = [each for each in derivation.sources if not _is_constant(derivations, each)]
            if len(free) != 1 or not free[0].size:
                return []
            scale *= Fraction(place.known_size, free[0].known_size)
            (place,) = free
        else:
            return []


def _is_constant(derivations: Derivations, place: Place) -> bool:
    return derivations.of(derivations.way(place)[-1]).kind is Kind.SET
