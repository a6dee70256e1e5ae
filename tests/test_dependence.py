"""Which coordinates a Reshape keeps, against the order of all elements; unions of products."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import pytest

import protogen
from protogen.dependence import Dependence, dependences
from protogen.element_sets import Along, Read, collapsed, composed, identity, joined
from tests.reports.test_receptive_field import layer


def factorizations(number: int) -> Iterator[tuple[int, ...]]:
    """Every shape with so many elements and no axis of size 1."""
    if number == 1:
        yield ()
    for size in range(2, number + 1):
        if number % size == 0:
            yield from ((size, *rest) for rest in factorizations(number // size))


def places(shape: Sequence[int]) -> list[tuple[int, ...]]:
    """The coordinates of every element, in order."""
    return list(itertools.product(*map(range, shape)))


@pytest.mark.parametrize("bottom", list(factorizations(12)))
@pytest.mark.parametrize("top", list(factorizations(12)))
def test_a_reshape_keeps_the_order_of_elements(
    bottom: tuple[int, ...], top: tuple[int, ...]
) -> None:
    dims = " ".join(f"dim: {size}" for size in bottom)
    text = f'layer {{ name: "d" type: "Input" top: "d" input_param {{ shape {{ {dims} }} }} }}\n'
    dims = " ".join(f"dim: {size}" for size in top)
    text += layer("r", "Reshape", "d", f"reshape_param {{ shape {{ {dims} }} }}")
    analysis = protogen.infer_shapes(protogen.loads(text))
    found = dependences(analysis, analysis.values["d"])[analysis.values["r"]]
    before, after = places(bottom), places(top)
    if not isinstance(found, Dependence):
        # Some coordinate really follows from no single one.
        assert not all(follows_from_one(before, after, axis) for axis in range(len(bottom)))
        return
    (product,) = found.products
    for old, new in zip(before, after):
        sets = [along.sets[0 if along.axis is None else new[along.axis]] for along in product]
        assert sets == [1 << coordinate for coordinate in old]


def follows_from_one(
    before: list[tuple[int, ...]], after: list[tuple[int, ...]], axis: int
) -> bool:
    """Whether a coordinate of the bottom is known from a single one of the top."""
    for one in range(len(after[0])):
        values: dict[int, set[int]] = {}
        for old, new in zip(before, after):
            values.setdefault(new[one], set()).add(old[axis])
        if all(len(each) == 1 for each in values.values()):
            return True
    return False


def test_a_product_is_covered_by_a_larger_one() -> None:
    small = (Along(0, (0b001, 0b010)), Along(1, (0b1,)))
    large = (Along(0, (0b011, 0b110)), Along(1, (0b1,)))
    assert joined([small, large]) == [large]
    assert joined([large, small]) == [large]


def test_products_that_differ_on_one_axis_are_joined() -> None:
    one = (Along(0, (0b01, 0b00)), Along(1, (0b1,)))
    other = (Along(0, (0b00, 0b10)), Along(1, (0b1,)))
    assert joined([one, other]) == [(Along(0, (0b01, 0b10)), Along(1, (0b1,)))]
    apart = (Along(0, (0b00, 0b10)), Along(1, (0b0,)))
    assert joined([one, apart]) == [one, apart]


def test_elements_without_a_place_are_left_out() -> None:
    # Of two channels only the first exists in the source: a condition on an axis that no part of
    # the product follows.
    pooled = (Along(None, (0b111,)),)
    first_only = composed([Read(0, [(0,), ()], 1)], pooled, 1)
    assert first_only == (Along(None, (0b111,)), Along(0, (1, 0)))
    assert composed([Read(0, [(), ()], 1)], pooled, 1) is None
    assert first_only is not None
    assert collapsed(first_only, []) == (Along(None, (0b111,)), Along(None, (1,)))


def test_the_identity() -> None:
    assert identity((1, 3)) == (Along(0, (1,)), Along(1, (1, 2, 4)))
