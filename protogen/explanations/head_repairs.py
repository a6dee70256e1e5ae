"""Repairs of the layers that set a size: the ``num_output`` with which two amounts agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from protogen.analysis import Analysis
from protogen.edits import Edit
from protogen.explanations.changes import Change
from protogen.explanations.comparisons import Amount
from protogen.explanations.derivations import Derivation, Derivations, Kind, Place, Setting
from protogen.explanations.divergence import Divergence

__all__ = ["first_head", "second_head"]

#: The fields that set a size and nothing else: that of the top of a Convolution or an InnerProduct,
#: and those of a fork's Interp. A kernel, too, sets sizes, but window_repairs.py changes it.
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
    if wanted.multiple_of:
        yield from _multiple(derivations, amount, wanted.multiple_of)
        return
    parts = _corresponding_parts(derivations, amount, wanted)
    if parts:
        yield from _every_part(derivations, parts)
    else:
        yield from _one_factor(derivations, amount, wanted)


def _every_part(
    derivations: Derivations, parts: Sequence[tuple[Place, Fraction]]
) -> Iterator[Change]:
    """The change that gives each part of a sum its size; a part that cannot have it spoils all."""
    found = []
    for place, size in parts:
        fits = _fits(derivations, place, size)
        if not fits:
            return
        found.append(fits[0])
    yield _change(found)


def _one_factor(derivations: Derivations, amount: Amount, wanted: Amount) -> Iterator[Change]:
    """The changes that each give one factor of a product another size."""
    assert wanted.size is not None
    product = amount.factor
    for place in amount.places:
        product *= place.known_size
    # With an axis of size 0, no size of another axis changes the product.
    if not product:
        return
    for place in amount.places:
        others = product / place.known_size
        size = wanted.size / others
        for fit in _fits(derivations, place, size):
            yield _change([fit])


def _multiple(derivations: Derivations, amount: Amount, number: int) -> Iterator[Change]:
    """The change that makes each part of an amount a multiple of a number."""
    parts = _parts(derivations, amount)
    if not parts:
        places = _larger_than_one(amount)
        if len(places) > 1:
            # A product is a multiple if one of its factors is, and nothing says which one.
            return
        parts = [(amount.factor, place) for place in places]
    fits = []
    for scale, place in parts:
        rest = scale * place.known_size % number
        if not rest:
            continue
        needed = number / scale
        fit = _nearest_fit(derivations, place, needed)
        # Each part has to be a multiple by itself, so one without a fit ends the search.
        if fit is None:
            return
        fits.append(fit)
    if fits:
        yield _change(fits)


def _larger_than_one(amount: Amount) -> list[Place]:
    """The places that count in a product; an axis of size 1 has no part in it."""
    found = []
    for place in amount.places:
        if place.size != 1:
            found.append(place)
    return found


def _nearest_fit(derivations: Derivations, place: Place, number: Fraction) -> _Fit | None:
    """The field, with the nearest value that gives the place a multiple of a number."""
    middle = round(place.known_size / number)
    # The smaller first: a layer with fewer outputs is the cheaper one.
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
    if not _is_positive_integer(size):
        return []
    wanted = _size_at_root(derivations, place, int(size))
    if wanted is None:
        return []
    way = derivations.way(place)
    root = derivations.of(way[-1])
    if root.setting is not None and root.setting.name in _FIELDS:
        return _fits_of_setting(root, root.setting, wanted)
    if root.kind is not Kind.PRODUCT:
        return []
    # Each factor of the product may change in the place of all.
    found = []
    for source in root.sources:
        if source.size:
            others = Fraction(root.place.known_size, source.size)
            found += _fits(derivations, source, wanted / others)
    return found


def _fits_of_setting(root: Derivation, setting: Setting, wanted: int) -> list[_Fit]:
    """The field with the value that sets this size, if it is one that the field can hold."""
    more = Fraction(wanted - root.place.known_size, setting.scale)
    value = setting.value + more
    if not _is_positive_integer(value):
        return []
    return [(setting, int(value))]


def _is_positive_integer(number: Fraction) -> bool:
    return number.denominator == 1 and number > 0


def _size_at_root(derivations: Derivations, place: Place, wanted: int) -> int | None:
    """The size where a way starts with which the place gets the one that is wanted."""
    for each in derivations.way(place)[:-1]:
        change = derivations.of(each).change
        if change is None:
            continue
        before = change.before + (wanted - change.after) / change.arithmetic.scale
        if before.denominator != 1:
            return None
        # The scale is exact only without rounding, so the layer's own rule has the last word.
        if change.again(int(before), change.step.layer) != wanted:
            return None
        wanted = int(before)
    return wanted


# Sums ------------------------------------------------------------------------------------------


def _corresponding_parts(
    derivations: Derivations, amount: Amount, wanted: Amount
) -> list[tuple[Place, Fraction]]:
    """The parts of a sum that differ from the parts of another sum, and the sizes they should have.

    The predictions of SSD, for instance, are a Concat of several heads, and the prior boxes are a
    Concat of the boxes for each of these heads.
    """
    mine, theirs = _parts(derivations, amount), _parts(derivations, wanted)
    # A single part is no sum; then any factor of the product may change.
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
    places = _larger_than_one(amount)
    if len(places) != 1:
        return []
    scale, place = amount.factor, places[0]
    while True:
        derivation = derivations.of(place)
        if derivation.kind is Kind.SUM:
            return [(scale, source) for source in derivation.sources]
        source = _only_variable(derivations, derivation)
        if source is None:
            return []
        # A size that is kept has the scale 1, so all three kinds are multiplied alike.
        scale *= Fraction(place.known_size, source.known_size)
        place = source


def _only_variable(derivations: Derivations, derivation: Derivation) -> Place | None:
    """The place that a size is a multiple of; ``None`` if there is none, or its size is 0."""
    sources = derivation.sources
    if derivation.kind is Kind.PRODUCT:
        # All other factors are constants, as the number of classes after a Reshape.
        sources = _variable_places(derivations, sources)
    elif not _is_proportional(derivation):
        return None
    if len(sources) != 1:
        return None
    (source,) = sources
    if not source.size:
        return None
    return source


def _is_proportional(derivation: Derivation) -> bool:
    """Whether a size is that of a single axis, times a number."""
    if derivation.kind is Kind.KEPT:
        return True
    change = derivation.change
    return change is not None and change.is_multiple


def _variable_places(derivations: Derivations, places: Sequence[Place]) -> tuple[Place, ...]:
    """The places whose sizes come from the net's inputs, and not from a field alone."""
    found = []
    for place in places:
        if not _is_constant(derivations, place):
            found.append(place)
    return tuple(found)


def _is_constant(derivations: Derivations, place: Place) -> bool:
    """Whether a layer sets the size, whatever its bottoms are."""
    root = derivations.way(place)[-1]
    return derivations.of(root).kind is Kind.SET
